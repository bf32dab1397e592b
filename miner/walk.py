"""The source files of a tree, in one order everywhere, and what was left out of it for which reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer import others
from analyzer.languages import GRAMMARS
from miner import folders, gitignore

#: Endings of the programs that are read; configs and scripts are read, too (`others.wanted`).
SUFFIXES = tuple(GRAMMARS)
#: Endings of files that machines made of others, or that hold only types.
GENERATED = (".min.js", ".min.mjs", ".min.cjs", ".bundle.js", ".d.ts", ".d.mts", ".d.cts")

#: Why something was left out -> what it is, for people (singular, plural).
REASONS = {
    "other_type": ("file of another type", "files of other types"),
    "gitignore": ("ignored by git", "ignored by git"),
    "excluded": ("excluded", "excluded"),
    "vendored": ("vendored folder", "vendored folders"),
    "vendored_copy": ("file in a copy of a library", "files in copies of libraries"),
    "virtual_environment": ("virtual environment", "virtual environments"),
    "generated": ("generated file", "generated files"),
    "build_output": ("build output", "build outputs"),
    "version_control": ("version-control folder", "version-control folders"),
    "cache": ("cache", "caches"),
    "symlink": ("symbolic link", "symbolic links"),
    "special": ("device or pipe", "devices or pipes"),
    "unreadable": ("unreadable", "unreadable"),
    "too_large": ("too large", "too large"),
}


@dataclass(frozen=True, slots=True)
class Skip:
    """Something left out. A folder counts as one. With a message it is worth telling one by one."""

    path: str
    reason: str
    count: int = 1
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a walk leaves out. `exclude` are patterns in the syntax of .gitignore, relative to the scanned
    folder; `outside_links`: links to files outside of it are read."""

    exclude: tuple[str, ...] = ()
    include_vendored: bool = False
    gitignore: bool = True
    outside_links: bool = True


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder; its paths, relative to the root, end in `/` or are empty."""

    path: str  # as the system knows it
    shown: str
    tree: gitignore.WorkTree | None  # around it
    patterns: tuple[gitignore.Patterns, ...]
    is_ignored: bool = False  # only its tracked files are read


def walk(root: str, rules: Rules) -> Iterator[str | Skip]:
    """Source files below a folder, relative to it, in the order of the paths that `shown` makes of them, and
    what was left out.

    Links to folders are not followed. A link to a file is read once, unless its target is read under its own
    name.
    """
    walking = _Walk(root, rules)
    pending: list[str | _Folder] = [_Folder("", "", *(gitignore.outer(root) if rules.gitignore else (None, ())))]
    while pending:
        found = pending.pop()
        if isinstance(found, str):
            yield found
            continue
        inside: list[str | _Folder] = []
        for each in walking.folder(found):
            if isinstance(each, Skip):
                yield each
            else:
                inside.append(each)
        pending.extend(reversed(inside))


def is_read(path: str) -> bool:
    """Whether a file of this name may tell something: a program, a config, a script."""
    return path.endswith(SUFFIXES) or others.wanted(path)


def shown(path: str) -> str:
    """A path fit for text: bytes that are not UTF-8 as `\\xff`."""
    if path.isascii():
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Walk:
    """One walk: its rules, and the targets of the links it has met."""

    __slots__ = ("exclude", "link_targets", "real_root", "root", "rules")

    def __init__(self, root: str, rules: Rules) -> None:
        self.root = os.path.join(root, "")
        self.real_root = os.path.join(os.path.realpath(root), "")
        self.rules = rules
        exclude = gitignore.parse(rules.exclude)
        self.exclude = (gitignore.Patterns(exclude),) if exclude else ()
        self.link_targets: set[str] = set()

    def folder(self, folder: _Folder) -> Iterator[str | _Folder | Skip]:
        """What a folder holds, sorted, without what is left out."""
        try:
            with os.scandir(self.root + folder.path) as listing:
                content = list(listing)
        except OSError as error:
            yield Skip(folder.shown or ".", "unreadable", message=error.strerror or type(error).__name__)
            return
        names = {entry.name for entry in content}
        reason = self._reason_by_content(folder, names)
        if reason:
            yield Skip(folder.shown, reason)
            return
        tree, patterns = self._ignoring(folder, names)
        others: list[os.DirEntry[str]] = []
        for entry, name, shown_name in _candidates(folder.path, content, others):
            path, shown_path, is_folder = folder.path + name, folder.shown + shown_name, name.endswith("/")
            reason = self._reason(entry, shown_path, is_folder=is_folder)
            is_ignored = not reason and (folder.is_ignored or gitignore.is_ignored(shown_path, patterns))
            if is_ignored and (tree is None or not tree.tracks(path)):
                reason = "gitignore"
            if reason:
                yield Skip(shown_path, reason)
            else:
                yield _Folder(path, shown_path, tree, patterns, is_ignored) if is_folder else path
        yield from _counted(folder, others)

    def _reason(self, entry: os.DirEntry[str], shown_path: str, *, is_folder: bool) -> str | None:
        """Why an entry is left out by its name or kind (None: it is not)."""
        if is_folder:
            reason = folders.reason_by_name(entry.name, include_vendored=self.rules.include_vendored)
        else:
            reason = None if entry.is_file(follow_symlinks=False) else self._reason_by_kind(entry)
            if reason is None and not self.rules.include_vendored and entry.name.endswith(GENERATED):
                reason = "generated"
        if reason is None and self.exclude and gitignore.is_ignored(shown_path, self.exclude):
            return "excluded"
        return reason

    def _reason_by_kind(self, entry: os.DirEntry[str]) -> str | None:
        if not entry.is_symlink():
            return "special"
        target = os.path.realpath(entry.path)
        is_inside = target.startswith(self.real_root)
        is_unwanted = is_read(target) if is_inside else not self.rules.outside_links
        if is_unwanted or target in self.link_targets or not os.path.isfile(target):
            return "symlink"
        self.link_targets.add(target)
        return None

    def _reason_by_content(self, folder: _Folder, names: set[str]) -> str | None:
        if self.rules.include_vendored or not folder.path:
            return None
        return folders.reason_by_content(folder.path[:-1].rpartition("/")[2], names)

    def _ignoring(
        self, folder: _Folder, names: set[str]
    ) -> tuple[gitignore.WorkTree | None, tuple[gitignore.Patterns, ...]]:
        """The work tree to which the content of a folder belongs, and the patterns that hold there."""
        tree, patterns = folder.tree, folder.patterns
        if not self.rules.gitignore:
            return None, ()
        if ".git" in names and folder.path:
            tree = gitignore.WorkTree(self.root + folder.path, depth=len(folder.path))
            patterns = tree.excluded(len(folder.shown))
        spec = gitignore.read(self.root + folder.path) if tree is not None and ".gitignore" in names else None
        return tree, (*patterns, gitignore.Patterns(spec, depth=len(folder.shown))) if spec else patterns


def _candidates(
    folder: str, content: list[os.DirEntry[str]], others: list[os.DirEntry[str]]
) -> list[tuple[os.DirEntry[str], str, str]]:
    """(entry, name, name to show) of folders and source files; the rest goes to `others`. Folders sort as `name/`, so
    that the order of the walk is the order of the whole paths."""
    found = []
    for entry in content:
        name = entry.name
        if entry.is_dir(follow_symlinks=False):
            found.append((entry, name + "/", shown(name) + "/"))
        elif is_read(folder + name):
            found.append((entry, name, shown(name)))
        else:
            others.append(entry)
    return sorted(found, key=_by_names)


def _counted(folder: _Folder, others: list[os.DirEntry[str]]) -> Iterator[Skip]:
    """Files of other types and links to folders, counted."""
    links = sum(entry.is_symlink() and entry.is_dir() for entry in others)
    if len(others) > links:
        yield Skip(folder.shown, "other_type", len(others) - links)
    if links:
        yield Skip(folder.shown, "symlink", links)


def _by_names(candidate: tuple[os.DirEntry[str], str, str]) -> tuple[str, str]:
    return candidate[2], candidate[1]
