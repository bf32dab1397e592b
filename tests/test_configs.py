"""Files that are no Python, and code that reads them; without linking the files of a repository."""

from __future__ import annotations

import time
from pathlib import Path

import expectations
import pytest
import served
from comparison import compare
from expectations import Case
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer import others
from analyzer.commands import shell
from analyzer.configs import documents as configs
from analyzer.configs import recipes
from analyzer.program import Constant, Expression, Items, Mapping, Text
from analyzer.records import FileReport
from analyzer.syntax import lower, parse
from analyzer.values.configs import environment
from analyzer.values.objects import Cls, Str

ROOT = Path(__file__).parent.parent / "fixtures"
CASES = tuple(expectations.cases(ROOT))
ALONE = tuple(case for case in CASES if case.topic == "configs")


def _is_launched(case: Case) -> bool:
    """One script with one load, all of whose ids the launch lines of the case can give."""
    if case.topic != "project" or not case.path.name.startswith("launch_") or case.path.name == "launch_config_path":
        return False
    scripts = [file.read_text() for file in case.files() if file.suffix in (".py", ".ipynb") and file.stat().st_size]
    return len(scripts) == 1 and scripts[0].count("# load:") == 1 and "# todo" not in scripts[0]


LAUNCHED = tuple(case for case in CASES if _is_launched(case))


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.name)
def test_alone(case: Case) -> None:
    problems = []
    for file in case.files():
        path = file.relative_to(case.path).as_posix()
        report = others.analyze(file.read_bytes(), path) if others.wanted(path) else FileReport(path)
        problems += [f"{path}: {problem}" for problem in compare(expectations.read(file), report)]
    assert not problems, "\n".join([case.name, *problems])


@pytest.mark.parametrize("case", LAUNCHED, ids=lambda case: case.name)
def test_launched(case: Case) -> None:
    """What the launch lines give to the script is what its mark says, but for the script's own default."""
    (script,) = (file for file in case.files() if file.suffix == ".py" and file.stat().st_size)
    name = script.relative_to(case.path).as_posix()
    (load,) = expectations.read(script).loads
    wanted = {one.id for one in load.alternatives if "argparse_default" not in one.notes} - {"runtime"}
    read = [others.read(file.read_bytes(), file.relative_to(case.path).as_posix()) for file in case.files()]
    given = {launch.value for found in read for launch in found.launches if launch.script.endswith(name)}
    assert given - {"1e-4"} == wanted


def test_launches_of_hydra() -> None:
    """`+key=value` and `++key=value` are options by their key, in a script inside a command, too."""
    text = b"""srun bash -c "
export MODEL=google/fnet-base
python main.py model=llama ++model.path=\\$MODEL +model.other=google/canine-s
"
"""
    found = [(one.script, one.option, one.value, one.line) for one in others.read(text, "run.sh").launches]
    assert found == [
        ("main.py", "model", "llama", 3),
        ("main.py", "model.path", "google/fnet-base", 2),
        ("main.py", "model.other", "google/canine-s", 3),
    ]


def test_settings_class() -> None:
    folder = ROOT / "project" / "config_settings_env_file"
    source = (folder / "main.py").read_bytes()
    tree = parse(source, seconds=10)
    file = configs.lower((folder / ".env").read_bytes(), ".env")
    assert tree is not None
    assert file is not None
    module, bodies = lower(tree, "main.py", [])
    evaluator = served.Served(module, bodies, [file])
    index = next(index for index, scope in enumerate(module.scopes) if scope.name == "Settings")
    field = next(field for field in module.scopes[index].fields if field.name == "encoder")
    (value,) = environment.setting(evaluator, Cls(0, index, evaluator.env(0, 0)), field)
    assert isinstance(value, Str)
    assert (value.text, value.step) == ("google/canine-s", "config")


def test_enough_cases() -> None:
    assert len(ALONE) >= 25


def plain(tree: Expression) -> object:
    match tree:
        case Text(value=value) | Constant(value=value):
            return value
        case Items(items=items):
            return [plain(item) for item in items]
        case Mapping(pairs=pairs):
            return {plain(key): plain(value) for key, value in pairs if key is not None}
    return ...


def test_positions_are_those_of_the_bytes() -> None:
    for path, source in {
        "a.yaml": 'é: ["ü/1", x]\nb: |\n  ü/2\n',
        "a.json": '{"é": ["ü/1", {"b": "ü/2"}]}',
        "a.toml": '"é" = ["ü/1"] # "no"\n[b]\nc = \'ü/2\'\n',
        "a.ini": "[é]\na = ü/1\nb: ü/2\n",
        ".env": "A=ü/1\nexport B='ü/2'\n",
    }.items():
        module = configs.lower(source.encode(), path)
        assert module is not None
        texts = [
            n for n in nodes(configs.document(module)) if isinstance(n, Text) and n.value.strip() in ("ü/1", "ü/2")
        ]
        assert len({text.value.strip() for text in texts}) == 2, path
        for text in texts:
            rest = source.encode()[text.at :]
            assert rest.lstrip(b"\"'|\n ").startswith(text.value.strip().encode()), (path, text)


def nodes(tree: Expression) -> list[Expression]:
    found = [tree]
    for inner in (*getattr(tree, "items", ()), *(value for _, value in getattr(tree, "pairs", ()))):
        found += nodes(inner)
    return found


@pytest.mark.parametrize("path", ["a.yaml", "a.json", "a.toml", "a.ini", ".env"])
@given(source=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes(path: str, source: bytes) -> None:
    configs.lower(source, path)
    others.analyze(source, path)


SHELL = st.text(alphabet="ab=$\"'`(){}<>;&|#\\ \n-/EOF", max_size=120)


@example(text="$(f() { python a.py $1\n)\n}\nf b")  # a body that begins within a substitution
@given(text=SHELL)
def test_any_shell(text: str) -> None:
    for path in ("a.sh", "Dockerfile", "Makefile"):
        others.analyze(text.encode(), path)
    for run in shell.runs(text):
        assert 0 <= run.at <= run.end <= len(text) + 2


@pytest.mark.parametrize("path", ["a.sh", "Dockerfile", "Makefile", "a.yaml", "a.json", ".env"])
@pytest.mark.parametrize("piece", ["$(", "${a:-", '"', "`", "<<A\n", "[", "a: &a\n", "{", "(", "RUN \\\n", "$a$a"])
def test_ends_soon(path: str, piece: str) -> None:
    start = time.process_time()
    source = b"model: serve\nrun: x\n" + piece.encode() * (20_000 // len(piece))
    others.analyze(source, path)
    configs.lower(source, path)
    assert time.process_time() - start < 3


def test_recipes_are_sound() -> None:
    for recipe in recipes.table():
        assert recipe.keys
        assert recipe.enough <= len(recipe.typical)


def test_wanted() -> None:
    yes = (
        ".env",
        "a/.env.example",
        "Dockerfile.gpu",
        "api.Dockerfile",
        "run.sh",
        "a/compose.yaml",
        "x.toml",
        "README.md",
    )
    no = "a.py", "package-lock.json", "tokenizer.json", "notes.md", "Dockerfile/x.txt", "makefile.txt"
    assert [path for path in yes if not others.wanted(path)] == []
    assert [path for path in no if others.wanted(path)] == []


def test_json_and_toml_are_what_their_parsers_say() -> None:
    module = configs.lower(b'{"a": ["x", "0", 1, null, true], "0": {"b": "\\u00e9\\n"}}', "a.json")
    assert module is not None
    assert plain(configs.document(module)) == {"a": ["x", "0", 1, None, True], "0": {"b": "é\n"}}
    module = configs.lower(b'0 = "a"\n[x."y z"]\nb = """q\nr"""\n[[m]]\nid = \'1\'\n[[m]]\nid = "2"\n', "a.toml")
    assert module is not None
    assert plain(configs.document(module)) == {"0": "a", "x": {"y z": {"b": "q\nr"}}, "m": [{"id": "1"}, {"id": "2"}]}
