"""The scanners to compare with: a row each. They are installed and run as their users do, never copied from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.peers import findings
from bench.peers.findings import Finding

ROOT = Path(__file__).resolve().parent.parent.parent
#: `analyze` refuses to run without an LLM; `watch` runs this pipeline without one, and prints only what changes.
_PIPELINE = """
import json, sys
from aibom.scan_pipeline import ScanPipeline
found = ScanPipeline(scan_paths=[sys.argv[1]], output_format="json").run()
print(json.dumps([component.model_dump(mode="json") for component in found.components]))
"""


@dataclass(frozen=True, slots=True)
class Scanner:
    """A scanner of a registry: how to install it, to run it offline on `{folder}`, and to read what it says.

    `{bin}` is the folder of its programs. It writes to `{output}` where the command names that, else to stdout.
    """

    name: str
    registry: Literal["PyPI", "npm", ""]
    version: str
    program: str
    command: tuple[str, ...]
    read: Callable[[str], Iterable[Finding]]
    not_built_for: str
    python: tuple[int, int] = (3, 11)
    environment: tuple[tuple[str, str], ...] = ()


PTMSCOPE = Scanner(
    "ptmscope",
    "",
    "this code",
    "",
    (sys.executable, "-m", "ptmscope", "scan", "{folder}", "--format", "jsonl"),
    findings.ptmscope,
    "no models that are called over the network (hosted LLMs), datasets, prompts, agents or dependencies",
    environment=(("PYTHONPATH", str(ROOT)),),
)

PEERS = (
    Scanner(
        "ladex",
        "PyPI",
        "0.2.2",
        "ladex",
        ("{bin}/ladex", "scan", "{folder}", "--json", "--offline"),
        findings.ladex,
        "tells that a loader is imported or called, not which id it is given: only strings that look like a hosted LLM "
        "or `sentence-transformers/…` are models to it; its work is obligations and attestations",
        python=(3, 12),
    ),
    Scanner(
        "ai-bom",
        "PyPI",
        "3.6.0",
        "ai-bom",
        ("{bin}/ai-bom", "scan", "{folder}", "--deep", "--format", "json", "--output", "{output}", "--quiet"),
        findings.ai_bom,
        "an inventory of AI software, agents and keys by patterns: no data flow, so an id is seen only where it stands "
        "in the loading line",
        environment=(("AI_BOM_TELEMETRY", "0"),),
    ),
    Scanner(
        "cisco-aibom",
        "PyPI",
        "1.10.0",
        "cisco-aibom",
        ("{bin}/python", "-c", _PIPELINE, "{folder}"),
        findings.cisco_aibom,
        "made to propose candidates that an LLM sorts and completes, and to look ids up online: neither is done here, "
        "and its command line refuses to run so",
    ),
    Scanner(
        "airom",
        "PyPI",
        "0.5.0",
        "airom",
        ("{bin}/airom", "fs", "{folder}", "--offline", "--include-tests", "--quiet", "-o", "json={output}"),
        findings.airom,
        "an inventory of code, containers and clusters by rules that read a line: ids that come through variables or "
        "arguments are not its aim",
    ),
    Scanner(
        "@cyclonedx/cdxgen",
        "npm",
        "12.8.4",
        "cdxgen",
        ("{bin}/cdxgen", "-t", "ai", "--no-install-deps", "-o", "{output}", "{folder}"),
        findings.cdxgen,
        "a bill of materials of packages for many languages; its AI inventory collects texts that look like ids, for a "
        "person to sort, and does not tie them to calls",
    ),
)
