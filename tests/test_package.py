"""The wheel, built and installed as a stranger would, in a fresh virtual environment."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from ptmscope import __version__

pytestmark = pytest.mark.slow


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    (file,) = folder.glob("*.whl")
    return file


def test_content(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "analyzer",
        "miner",
        "patterns",
        "ptmscope",
        f"ptmscope-{__version__}.dist-info",
    }
    for folder, pattern in (
        ("miner", "**/*.sql"),
        ("analyzer", "**/*.toml"),
        ("analyzer", "**/*.csv"),
        ("ptmscope", "**/*.json"),
    ):
        data = {file.relative_to(ROOT).as_posix() for file in (ROOT / folder).glob(pattern)}
        assert data
        assert data <= set(names)
    assert {"analyzer/py.typed", "patterns/py.typed", "ptmscope/py.typed"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_installed(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    programs = tmp_path / "venv" / "bin"
    run(programs / "pip", "install", "--quiet", wheel)
    assert run(programs / "ptmscope", "--version", cwd=tmp_path).split()[-1] == __version__
    lines = run(programs / "ptmscope", "scan", ROOT / "examples" / "sample", "-f", "jsonl", cwd=tmp_path).splitlines()
    assert {json.loads(line)["library"] for line in lines} >= {"transformers", "sentence-transformers", "diffusers"}
    code = "import ptmscope, sys; print(len(ptmscope.scan(sys.argv[1]).to_pandas()))"
    assert int(run(programs / "python", "-c", code, ROOT / "examples" / "sample", cwd=tmp_path)) >= len(lines)
    for command, output in (("scan", "x.parquet"), ("study", "study")):
        parquet = [programs / "ptmscope", command, ROOT / "examples" / "sample", "-o", tmp_path / output]
        done = subprocess.run(parquet, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr == "ptmscope: error: Parquet needs pyarrow: pip install 'ptmscope[parquet]'\n"
        assert not (tmp_path / output).exists()
