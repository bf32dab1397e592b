"""The models of a program as SPDX 3.0 with the AI profile. The only importer of spdx-python-model."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from spdx_python_model import v3_0_1 as spdx

from ptmscope import __version__
from ptmscope.components import Component, components
from ptmscope.export.creation import created, identity, program
from ptmscope.export.licences import expression
from ptmscope.export.output import Output, printable
from ptmscope.export.purl import purl
from ptmscope.findings import Scan

#: SPDX wants a time; without one that is given, the same content would be another document each time.
NO_TIME = datetime.fromtimestamp(0, UTC)


def write_sites(scan: Scan, output: Output) -> None:
    stream = io.BytesIO()
    spdx.JSONLDSerializer(indent=2).write(spdx.SHACLObjectSet(list(_Document(scan).elements())), stream)
    output.write(stream.getvalue().decode() + "\n")


class _Document:
    """One document: its elements have names below its own, and share how they came to be."""

    def __init__(self, scan: Scan) -> None:
        self.models = components(scan)
        self.name = program(scan)
        self.base = f"urn:uuid:{identity(self.name, self.models)}"
        self.creation = spdx.CreationInfo(specVersion="3.0.1", created=created() or NO_TIME)

    def elements(self) -> Iterator[Any]:
        agent = self._made(spdx.SoftwareAgent, "ptmscope", name=f"ptmscope {__version__}")
        self.creation.createdBy = [agent]
        whole = self._made(spdx.software_Package, "program", name=printable(self.name))
        whole.software_primaryPurpose = spdx.software_SoftwarePurpose.application
        parts = [self._package(number, model) for number, model in enumerate(self.models)]
        licences = [each for number, model in enumerate(self.models) for each in self._licence(number, model, parts)]
        inside = [agent, whole, *parts, *licences]
        if parts:
            kind = spdx.RelationshipType.dependsOn
            inside.append(self._made(spdx.Relationship, "models", from_=whole, to=parts, relationshipType=kind))
        profiles = [spdx.ProfileIdentifierType.core, spdx.ProfileIdentifierType.software, spdx.ProfileIdentifierType.ai]
        if licences:
            profiles.append(spdx.ProfileIdentifierType.simpleLicensing)
        yield self._made(spdx.SpdxDocument, "", rootElement=[whole], element=inside, profileConformance=profiles)
        yield from inside

    def _package(self, number: int, model: Component) -> Any:
        package = self._made(spdx.ai_AIPackage, f"model-{number}", name=printable(model.name))
        package.software_primaryPurpose = spdx.software_SoftwarePurpose.model
        package.software_sourceInfo = "\n".join(printable(f"{e.path} {e.place}: {e.api}") for e in model.occurrences)
        if model.revision:
            package.software_packageVersion = printable(model.revision)
        if (address := purl(model)) is not None:
            package.software_packageUrl = str(address)
        if model.card is not None:
            package.software_homePage = package.software_downloadLocation = model.card
        return package

    def _licence(self, number: int, model: Component, parts: list[Any]) -> Iterator[Any]:
        """The licence, and that it is the declared one."""
        if not model.licence:
            return
        licence = self._made(spdx.simplelicensing_LicenseExpression, f"licence-{number}")
        licence.simplelicensing_licenseExpression = expression(model.licence)
        kind = spdx.RelationshipType.hasDeclaredLicense
        yield licence
        yield self._made(
            spdx.Relationship, f"licensed-{number}", from_=parts[number], to=[licence], relationshipType=kind
        )

    def _made(self, kind: Any, fragment: str, **fields: Any) -> Any:
        made = kind(_id=f"{self.base}{f'#{fragment}' if fragment else ''}", creationInfo=self.creation)
        for field, value in fields.items():
            setattr(made, field, value)
        return made
