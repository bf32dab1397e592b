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
    "hosted models that are called over the network, datasets, prompts, agents, dependencies",
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
        "naming the id that a loader is given: it tells that one is imported or called, and takes only strings that "
        "look like a hosted LLM or `sentence-transformers/…` for models; its aim is obligations and attestations",
        python=(3, 12),
    ),
    Scanner(
        "ai-bom",
        "PyPI",
        "3.6.0",
        "ai-bom",
        ("{bin}/ai-bom", "scan", "{folder}", "--deep", "--format", "json", "--output", "{output}", "--quiet"),
        findings.ai_bom,
        "following an id to its load: it inventories AI software, agents and keys by patterns, and sees an id where "
        "it stands in the loading call",
        environment=(("AI_BOM_TELEMETRY", "0"),),
    ),
    Scanner(
        "cisco-aibom",
        "PyPI",
        "1.10.0",
        "cisco-aibom",
        ("{bin}/python", "-c", _PIPELINE, "{folder}"),
        findings.cisco_aibom,
        "running offline without an LLM: its patterns propose candidates, which registries confirm and an LLM sorts "
        "and completes; its `analyze` command refuses to run without one",
    ),
    Scanner(
        "airom",
        "PyPI",
        "0.5.0",
        "airom",
        ("{bin}/airom", "fs", "{folder}", "--offline", "--include-tests", "--quiet", "-o", "json={output}"),
        findings.airom,
        "following an id through variables and arguments: its rules match the text of code, images and clusters, for "
        "an inventory with evidence",
    ),
    Scanner(
        "@cyclonedx/cdxgen",
        "npm",
        "12.8.4",
        "cdxgen",
        ("{bin}/cdxgen", "-t", "ai", "--no-install-deps", "-o", "{output}", "{folder}"),
        findings.cdxgen,
        "tying ids to calls: it makes bills of materials of packages for many languages, and its AI inventory collects "
        "texts that look like ids, for a person to sort",
    ),
)
