"""Package URLs of models. The only importer of packageurl."""

from __future__ import annotations

from packageurl import PackageURL

from ptmscope.components import Component


def purl(component: Component) -> PackageURL | None:
    """`pkg:huggingface/owner/name@revision`; None for the models of other hubs, which have no type of their own."""
    if not component.is_on_hub:
        return None
    owner, _, name = component.name.rpartition("/")
    return PackageURL("huggingface", owner or None, name, component.revision)
