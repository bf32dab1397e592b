"""What tests share: trees written to disk, and the command line run as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOADS_GPT2 = 'from transformers import AutoModel\n\nmodel = AutoModel.from_pretrained("gpt2")\n'

Tree = Callable[[Mapping[str, str | bytes]], Path]
Run = Callable[..., subprocess.CompletedProcess[bytes]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files of test_export anew")


@pytest.fixture(autouse=True, scope="session")
def cache_of_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever runs the command line leaves the cache of who runs the tests alone."""
    os.environ["PTMSCOPE_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Writes files (path -> content) below a fresh folder."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        root = tmp_path / "tree"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write


@pytest.fixture
def ptmscope() -> Run:
    """Runs the command line in a process of its own."""

    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "ptmscope", *map(os.fspath, arguments)]
        settings = {"capture_output": True, "timeout": 120, "check": False, **options}
        return subprocess.run(command, **settings)  # type: ignore[call-overload, no-any-return]

    return run
