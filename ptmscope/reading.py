"""Records out of their dict forms: what `ptmscope.export.wire` wrote, read again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.records import Anchor, ApiCall, CallSequence, LoadSite, ModelRef, Origin
from ptmscope.findings import Counts


def site(data: Mapping[str, Any]) -> LoadSite:
    """A load site; KeyError or TypeError if it is none."""
    plain = {name: data[name] for name in ("path", "line", "column", "end_line", "cell", "api", "library", "loads")}
    models = tuple(map(_model, data["models"]))
    arguments = tuple(data["arguments"].items())
    return LoadSite(**plain, status=data["status"], reason=data["reason"], models=models, arguments=arguments)


def sequence(data: Mapping[str, Any]) -> CallSequence:
    """A usage; KeyError or TypeError if it is none."""
    anchors = tuple(Anchor(anchor["line"], anchor.get("cell"), anchor["api"]) for anchor in data["anchors"])
    return CallSequence(data["path"], data["cell"], data["model_id"], anchors, tuple(map(_call, data["calls"])))


def counts(data: Mapping[str, Any]) -> Counts:
    """What was read and left out; KeyError or TypeError if it is not told."""
    return Counts(data["files"], data["duplicates"], tuple(data["skipped"].items()))


def _model(data: Mapping[str, Any]) -> ModelRef:
    origin = data["origin"]
    return ModelRef(
        data["id"],
        data["canonical_id"],
        data["hub"],
        data["resolution"],
        data["certainty"],
        Origin(origin["path"], origin["line"], origin.get("cell")),
    )


def _call(data: Mapping[str, Any]) -> ApiCall:
    return ApiCall(
        data["api"],
        data["line"],
        data.get("cell"),
        data["link"],
        data["role"],
        tuple(data["inputs"]),
        data.get("path"),
        tuple(data.get("keywords", ())),
        tuple(data.get("reads", ())),
    )
