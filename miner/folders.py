"""Folders that hold no code of the repository, and how they are told."""

from __future__ import annotations

from collections.abc import Collection

#: Never entered, whatever the options: they hold no source of anybody.
ALWAYS = {
    ".git": "version_control",
    ".hg": "version_control",
    ".svn": "version_control",
    ".bzr": "version_control",
    "__pycache__": "cache",
    ".mypy_cache": "cache",
    ".pytest_cache": "cache",
    ".ruff_cache": "cache",
    ".hypothesis": "cache",
}

#: Entered with `include_vendored` only: other people's code, or a second copy of the repository's own.
VENDORED = {
    "site-packages": "vendored",
    "dist-packages": "vendored",
    "node_modules": "vendored",
    "bower_components": "vendored",
    "jspm_packages": "vendored",
    "third_party": "vendored",
    "third-party": "vendored",
    "thirdparty": "vendored",
    "3rdparty": "vendored",
    "vendor": "vendored",
    "vendored": "vendored",
    "_vendor": "vendored",
    "_vendored": "vendored",
    "__pypackages__": "vendored",
    ".tox": "virtual_environment",
    ".nox": "virtual_environment",
    ".eggs": "build_output",
}


def reason_by_name(name: str, *, include_vendored: bool) -> str | None:
    """Why a folder of this name is not entered (None: it is)."""
    reason = ALWAYS.get(name)
    if reason is None and not include_vendored:
        reason = VENDORED.get(name)
        if reason is None and name.endswith(".egg"):
            reason = "build_output"
    return reason


def reason_by_content(name: str, content: Collection[str]) -> str | None:
    """Why a folder that holds these names is another's code (None: it is not)."""
    if "pyvenv.cfg" in content or "conda-meta" in content:
        return "virtual_environment"
    if name == "build" and "__init__.py" not in content and any(map(_is_setuptools_output, content)):
        return "build_output"
    return None


def _is_setuptools_output(name: str) -> bool:
    return name == "lib" or (name.startswith(("lib.", "bdist.", "temp.")) and not name.endswith(".py"))
