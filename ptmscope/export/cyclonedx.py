"""The models of a program as a CycloneDX 1.6 bill of materials. The only importer of cyclonedx-python-lib."""

from __future__ import annotations

from collections.abc import Iterator

from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component as Part
from cyclonedx.model.component import ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6

from ptmscope import __version__
from ptmscope.components import Component, components
from ptmscope.export.creation import created, identity, program
from ptmscope.export.licences import spdx_id
from ptmscope.export.output import Output, printable
from ptmscope.export.purl import purl
from ptmscope.findings import Scan


def write_sites(scan: Scan, output: Output) -> None:
    output.write(JsonV1Dot6(_bom(scan)).output_as_string(indent=2) + "\n")


def _bom(scan: Scan) -> Bom:
    found, name = components(scan), program(scan)
    tool = Part(name="ptmscope", version=__version__, type=ComponentType.APPLICATION, bom_ref="ptmscope")
    whole = Part(name=printable(name), type=ComponentType.APPLICATION, bom_ref="program")
    metadata = BomMetaData(component=whole)
    metadata.timestamp = created()  # the library puts in the present time otherwise
    metadata.tools.components.add(tool)
    parts = list(map(_part, found))
    bom = Bom(components=parts, serial_number=identity(name, found), metadata=metadata)
    bom.register_dependency(whole, parts)
    return bom


def _part(component: Component) -> Part:
    owner, _, name = component.name.rpartition("/") if component.is_on_hub else ("", "", component.name)
    return Part(
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=printable(component.key),
        group=owner or None,
        name=printable(name),
        version=component.revision and printable(component.revision),
        purl=purl(component),
        licenses=[_licence(component.licence)] if component.licence else None,
        external_references=list(_references(component)),
        evidence=ComponentEvidence(occurrences=list(_occurrences(component))),
        properties=list(_properties(component)),
    )


def _licence(name: str) -> DisjunctiveLicense:
    known = spdx_id(name)
    return DisjunctiveLicense(id=known) if known else DisjunctiveLicense(name=printable(name))


def _references(component: Component) -> Iterator[ExternalReference]:
    """The library has no model cards of its own (11.12): their address stands for them."""
    if component.card is not None:
        yield ExternalReference(type=ExternalReferenceType.MODEL_CARD, url=XsUri(component.card))


def _occurrences(component: Component) -> Iterator[Occurrence]:
    for number, each in enumerate(component.occurrences):
        yield Occurrence(
            bom_ref=printable(f"{component.key}#{number}"),
            location=printable(each.path),
            line=each.line if each.cell < 0 else None,
            symbol=printable(each.api),
            additional_context=f"{each.library}, {each.loads}, {each.certainty}, {each.place}",
        )


def _properties(component: Component) -> Iterator[Property]:
    yield Property(name="ptmscope:hub", value=component.hub)
    for name, values in (("id", component.ids), ("library", component.libraries)):
        for value in values:
            yield Property(name=f"ptmscope:{name}", value=printable(value))
    if component.is_gated is not None:
        yield Property(name="ptmscope:gated", value=str(component.is_gated).lower())
