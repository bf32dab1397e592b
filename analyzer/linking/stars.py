"""Names that come by `from x import *`."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.linking.command_lines import CommandLines
from analyzer.linking.libraries import is_library
from analyzer.loaders import tables
from analyzer.program import Binding, Imported, Items, Module, Text
from analyzer.values.objects import Ref, Unknown, Values, merged, own_first


class Stars(CommandLines):
    """An evaluator that follows the star imports of its project's files."""

    def starred(self, binding: Binding, name: str, module: int) -> Values:
        """`name` through `from x import *`: of another file what it hands out, of a library what a table knows."""
        if not isinstance(binding.value, Imported):
            return ()
        source = self.project.layout.find(binding.value.qualified, self.modules[module].path)
        if source is None or source.rest or is_library(binding.value.qualified, self.modules[module].path):
            return super().starred(binding, name, module)
        return self._starred(binding.value, name, module)

    def _hands_out(self, module: int, name: str) -> bool:
        """Whether a star import of the module brings the name."""
        listed = self.modules[module].scopes[0].bindings.get("__all__")
        if not listed or not isinstance(listed[-1].value, Items):
            return not name.startswith("_")
        return any(isinstance(item, Text) and item.value == name for item in listed[-1].value.items)

    def _starred(self, star: Imported, name: str, module: int) -> Values:
        source = self.project.layout.find(star.qualified, self.modules[module].path)
        if source is not None and not source.rest:
            index = self.load(source.path)
            if index is not None and not self._hands_out(index, name):
                return ()
        asked = f"{star.qualified.rstrip('.')}.{name}"
        found = self.external(asked, module)
        return tuple(
            v for v in found if not isinstance(v, Unknown) and (not isinstance(v, Ref) or self._is_of_library(v, asked))
        )

    def _is_of_library(self, ref: Ref, asked: str) -> bool:
        """Whether a name taken in by a star is of a library, and not of a file that is not read."""
        root = ref.qualified.partition(".")[0]
        return root in tables().roots or (ref.qualified != asked and not self.project.layout.may_hold(ref.qualified))

    def taken_in(self, module: int, name: str) -> Values:
        """What the file has by its stars, and by those of the files that they lead to, each of which counts once."""
        return own_first(merged(*(self._starred(star, name, holder) for star, holder in self._holding(module, name))))

    def _holding(self, module: int, name: str) -> Iterator[tuple[Imported, int]]:
        """(a star import, its file) to ask for the name: files in between, which only hand it on, are left out."""
        seen = [module]
        for holder in seen:
            for star in _stars(self.modules[holder]):
                source = self.project.layout.find(star.qualified, self.modules[holder].path)
                index = self.load(source.path) if source is not None and not source.rest else None
                if index is None or not self._hands_on(index, name):
                    yield star, holder
                elif index not in seen and self._hands_out(index, name):
                    seen.append(index)

    def _hands_on(self, module: int, name: str) -> bool:
        """Whether the file can have the name only by a star."""
        bindings = self.modules[module].scopes[0].bindings
        child = self.project.layout.child(self.modules[module].path, name)
        return name not in bindings and child is None and bool(_stars(self.modules[module]))


def _stars(module: Module) -> list[Imported]:
    return [b.value for b in module.scopes[0].bindings.get("*", ()) if isinstance(b.value, Imported)]
