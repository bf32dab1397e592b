"""Long inputs of every kind: how many steps, and a maker of the files with that many."""

# ruff: noqa: E501

from __future__ import annotations

import json
from collections.abc import Callable

#: Path -> content.
Files = dict[str, bytes]
Make = Callable[[int], Files]

_HEAD = "from transformers import AutoModel\n"
_LOAD = "AutoModel.from_pretrained(name)\n"


def _file(path: str, line: Callable[[int], str], head: str = "", tail: str = "") -> Make:
    """A file of one line for each step, between a head and a tail."""
    return lambda steps: {path: (head + "".join(line(n) for n in range(steps)) + tail).encode()}


def _python(line: Callable[[int], str], head: str = "", tail: str = _LOAD) -> Make:
    return _file("a.py", line, _HEAD + head, tail)


def _notebook(steps: int) -> Files:
    cells = [{"cell_type": "code", "source": [f"name = 'org/m{n}'\n", _HEAD, _LOAD]} for n in range(steps)]
    return {"a.ipynb": json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()}


def _magics(steps: int) -> Files:
    cells = [{"cell_type": "code", "source": f"!python train.py --model_name org/m{n}"} for n in range(steps)]
    return {"a.ipynb": json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()}


def _json(steps: int) -> Files:
    return {
        "a.json": json.dumps(
            {f"model{n}": {"model_name": f"org/m{n}", "run": "vllm serve"} for n in range(steps)}
        ).encode()
    }


FILES: dict[str, tuple[int, Make]] = {
    "python, if-chain": (
        20_000, _python(lambda n: f"{'el' * (n > 0)}if x == {n}:\n    name = 'org/m{n}'\n"),
    ),
    "python, ifs": (20_000, _python(lambda n: f"if x == {n}:\n    name = 'org/m{n}'\n")),
    "python, one name": (50_000, _python(lambda n: f"name = 'org/m{n}'\n")),
    "python, one name and loads": (5_000, _python(lambda n: f"name = 'org/m{n}'\n" + _LOAD)),
    "python, one name in functions": (
        5_000, _python(lambda n: f"def f{n}():\n    global name\n    name = 'org/m{n}'\n"),
    ),
    "python, added to": (50_000, _python(lambda n: f"name += 'm{n}'\n", "name = 'a'\n")),
    "python, from the one before": (50_000, _python(lambda n: f"v{n + 1} = v{n}\n", "v0 = 'gpt2'\n", "AutoModel.from_pretrained(v49999)\n")),
    "python, functions in a chain": (
        10_000, _python(lambda n: f"def f{n + 1}(x):\n    return f{n}(x)\n", "def f0(x):\n    return AutoModel.from_pretrained(x)\n", "f9999('gpt2')\n"),
    ),
    "python, functions in a circle": (
        10_000, _python(lambda n: f"def f{n}(x):\n    AutoModel.from_pretrained(x)\n    return f{(n * 7 + 1) % 10_000}(x)\n", "", "f0('gpt2')\n"),
    ),
    "python, callers of one": (
        10_000, _python(lambda n: f"f('org/m{n}')\n", "def f(x):\n    return AutoModel.from_pretrained(x)\n", ""),
    ),
    "python, callers in functions": (
        10_000, _python(lambda n: f"def g{n}():\n    f('org/m{n}')\n", "def f(x):\n    return AutoModel.from_pretrained(x)\n", ""),
    ),
    "python, loads": (10_000, _python(lambda n: f"m{n} = AutoModel.from_pretrained('org/m{n}')\n", "", "")),
    "python, one object called": (
        20_000, _python(lambda n: f"y{n} = m(y{n - 1})\n", "m = AutoModel.from_pretrained('gpt2')\ny_1 = 0\n", ""),
    ),
    "python, methods of one object": (
        20_000, _python(lambda n: f"m.generate(x{n})\n", "m = AutoModel.from_pretrained('gpt2')\n", ""),
    ),
    "python, one object handed on": (
        10_000, _python(lambda n: f"m{n + 1} = m{n}.eval()\n", "m0 = AutoModel.from_pretrained('gpt2')\n", ""),
    ),
    "python, classes in a chain": (
        5_000, _python(lambda n: f"class C{n + 1}(C{n}):\n    pass\n", "class C0(AutoModel):\n    pass\n", "C4999.from_pretrained('gpt2')\n"),
    ),
    "python, methods of a class": (
        10_000, _python(lambda n: f"    def f{n}(self):\n        self.name = 'org/m{n}'\n        AutoModel.from_pretrained(self.name)\n", "class C:\n", ""),
    ),
    "python, attribute chain": (50_000, _python(lambda n: f".a{n}", "name = x", "\n" + _LOAD)),
    "python, call chain": (5_000, _python(lambda n: f".a{n}()", "m = AutoModel.from_pretrained('gpt2')", "\n")),
    "python, dict": (100_000, _python(lambda n: f"'k{n}': 'org/m{n}', ", "d = {", "}\nname = d[x]\n" + _LOAD)),
    "python, dict by key": (20_000, _python(lambda n: f"'k{n}': 'org/m{n}', ", "d = {", "}\nfor k in d:\n    AutoModel.from_pretrained(d[k])\n")),
    "python, dict filled": (20_000, _python(lambda n: f"d['k{n}'] = 'org/m{n}'\n", "d = {}\n", "name = d[x]\n" + _LOAD)),
    "python, list": (100_000, _python(lambda n: f"'org/m{n}', ", "d = [", "]\nfor name in d:\n    " + _LOAD)),
    "python, list filled": (20_000, _python(lambda n: f"d.append('org/m{n}')\n", "d = []\n", "for name in d:\n    " + _LOAD)),
    "python, f-string": (50_000, _python(lambda n: f"{{x{n}}}-", "name = f'", "'\n" + _LOAD)),
    "python, concatenation": (20_000, _python(lambda n: f" + x{n}", "name = 'a'", "\n" + _LOAD)),
    "python, or": (20_000, _python(lambda n: f" or x{n}", "name = 'a'", "\n" + _LOAD)),
    "python, arguments": (50_000, _python(lambda n: f", x{n}={n}", "m = AutoModel.from_pretrained('gpt2'", ")\n")),
    "python, options": (
        5_000,
        _python(
            lambda n: f"parser.add_argument('--o{n}', default='org/m{n}')\n",
            "import argparse\nparser = argparse.ArgumentParser()\n",
            "args = parser.parse_args()\n" + "".join(f"AutoModel.from_pretrained(args.o{n})\n" for n in range(500)),
        ),
    ),
    "python, loads in a comment": (200_000, _python(lambda n: "from_pretrained( ", "# ", "\n")),
    "python, imports": (50_000, _python(lambda n: f"from a{n} import b{n}\n")),
    "python, star imports": (10_000, _python(lambda n: f"from a{n} import *\n")),
    "python, one text": (4_000_000, _python(lambda n: "x", "name = '", "'\n" + _LOAD)),
    "python, brackets": (100_000, _python(lambda n: "(", "name = ", "\n" + _LOAD)),
    "python, nested functions": (
        500, _python(lambda n: f"{' ' * n}def f{n}():\n", "", " " * 500 + "AutoModel.from_pretrained('gpt2')\n"),
    ),
    "notebook, cells": (50_000, _notebook),
    "notebook, launch lines": (20_000, _magics),
    "yaml, 1 MB": (15_000, _file("a.yaml", lambda n: f"k{n}:\n  model_name: org/m{n}\n  run: vllm serve m{n}\n")),
    "yaml, list": (25_000, _file("a.yaml", lambda n: f"- run: vllm serve org/m{n}\n")),
    "yaml, anchors": (15_000, _file("a.yaml", lambda n: f"k{n}: &a{n} {{run: vllm serve}}\nj{n}: *a{n}\n")),
    "yaml, documents": (25_000, _file("a.yaml", lambda n: f"---\nrun: vllm serve org/m{n}\n")),
    "compose, 1 MB": (12_000, _file("compose.yaml", lambda n: f"  s{n}:\n    image: vllm/vllm-openai\n    command: --model org/m{n}\n", "services:\n")),
    "workflow, steps": (25_000, _file(".github/workflows/a.yml", lambda n: f"    - run: vllm serve org/m{n}\n", "jobs:\n  a:\n    steps:\n")),
    "json, 1 MB": (12_000, _json),
    "toml, 1 MB": (14_000, _file("a.toml", lambda n: f"[k{n}]\nmodel_name = 'org/m{n}'\nrun = 'vllm serve'\n")),
    "ini, 1 MB": (16_000, _file("a.ini", lambda n: f"[k{n}]\nmodel_name = org/m{n}\nb = %(model_name)s\n")),
    ".env, 1 MB": (18_000, _file(".env", lambda n: f"MODEL_NAME_{n}=org/m{n}-${{MODEL_NAME_{n - 1}}}\n")),
    "shell, loads": (20_000, _file("a.sh", lambda n: f"huggingface-cli download org/m{n}\n")),
    "shell, launch lines": (20_000, _file("a.sh", lambda n: f"python train.py --model_name org/m{n}\n")),
    "shell, variables": (20_000, _file("a.sh", lambda n: f"M{n}=org/m{n}\nhuggingface-cli download $M{n}\n")),
    "shell, exports": (12_000, _file("a.sh", lambda n: f"export M{n}=org/m{n}\npython train.py --model_name $M{n}\n")),
    "shell, calls": (20_000, _file("a.sh", lambda n: f"bash run.sh org/m{n}\n")),
    "shell, bash -c": (10_000, _file("a.sh", lambda n: f"export M{n}=a\nbash -c 'vllm serve org/m{n} $M{n}'\n")),
    "shell, python -c": (8_000, _file("a.sh", lambda n: f"A{n}=x{n}\npython -c \"from transformers import AutoModel; AutoModel.from_pretrained('org/m{n}')\"\n")),
    "shell, array": (50_000, _file("a.sh", lambda n: f"M+=(org/m{n})\n", "", "for m in ${M[@]}; do vllm serve $m; done\n")),
    "shell, one command": (40_000, _file("a.sh", lambda n: f" --o{n} org/m{n}", "python train.py", "\n")),
    "shell, case": (20_000, _file("a.sh", lambda n: f"  {n}) M=org/m{n};;\n", "case $1 in\n", "esac\nvllm serve $M\n")),
    "shell, functions": (10_000, _file("a.sh", lambda n: f"f{n}() {{\n  vllm serve org/m{n}\n}}\nf{n}\n")),
    "shell, here-documents": (10_000, _file("a.sh", lambda n: f"cat <<E{n}\nvllm serve\nE{n}\n")),
    "shell, one line": (30_000, _file("a.sh", lambda n: f"vllm serve org/m{n}; ", "", "\n")),
    "shell, substitutions": (20_000, _file("a.sh", lambda n: f"M=$(vllm serve org/m{n})\n")),
    "shell, continued": (40_000, _file("a.sh", lambda n: f" \\\n  --o{n} org/m{n}", "python train.py", "\n")),
    "shell, calls with exports": (
        16_000, _file("a.sh", lambda n: f"bash run.sh org/m{n}\n", "".join(f"export M{n}=org/m{n}\n" for n in range(256))),
    ),
    "shell, one long variable": (50_000, _file("a.sh", lambda n: "vllm serve $X\n", "X='" + "a/b " * 5_000 + "'\n")),
    "shell, arrays used": (50_000, _file("a.sh", lambda n: "f ${X[@]}\n", "X=(" + "a/b " * 250 + ")\n")),
    "shell, values of a word": (30_000, _file("a.sh", lambda n: "vllm serve $X$X$X\n", "for X in " + "aaaaaaaaaa/b " * 32 + "; do\n", "done\n")),
    "shell, semicolons": (400_000, _file("a.sh", lambda n: "; ")),
    "shell, wrapped": (200_000, _file("a.sh", lambda n: "x ", "docker ", "\n")),
    "Dockerfile, RUN in RUN": (50_000, _file("Dockerfile", lambda n: "RUN x \\\n", "FROM x\n", "x\n")),
    "Dockerfile, RUN": (20_000, _file("Dockerfile", lambda n: f"RUN huggingface-cli download org/m{n}\n", "FROM x\n")),
    "Dockerfile, ENV": (20_000, _file("Dockerfile", lambda n: f"ENV M{n}=org/m{n}\nRUN vllm serve $M{n}\n", "FROM x\n")),
    "Dockerfile, CMD": (20_000, _file("Dockerfile", lambda n: f'CMD ["vllm", "serve", "org/m{n}"]\n', "FROM x\n")),
    "Dockerfile, continued": (25_000, _file("Dockerfile", lambda n: f" \\\n  && vllm serve org/m{n}", "FROM x\nRUN true", "\n")),
    "Makefile": (20_000, _file("Makefile", lambda n: f"M{n} = org/m{n}\nt{n}:\n\tvllm serve $(M{n})\n")),
    "javascript, one line": (20_000,
        _file("a.js", lambda n: f"f{n}('org/m{n}');", 'import { AutoModel } from "@huggingface/transformers";', "AutoModel.from_pretrained(x);"),
    ),
    "javascript, loads": (6_000,
        _file("a.js", lambda n: f"const m{n} = await AutoModel.from_pretrained('org/m{n}');\n", 'import { AutoModel } from "@huggingface/transformers";\n'),
    ),
    "javascript, object": (18_000,
        _file("a.js", lambda n: f"k{n}: 'org/m{n}',", 'import { AutoModel } from "@huggingface/transformers";\nconst d = {', "};\nAutoModel.from_pretrained(d[x]);\n"),
    ),
    "javascript, then": (
        2_000,
        _file("a.js", lambda n: ".then((x) => x)", 'import { AutoModel } from "@huggingface/transformers";\nAutoModel.from_pretrained("gpt2")', ";\n"),
    ),
    "model card": (20_000, _file("README.md", lambda n: f"  m{n}: org/m{n}\n", "---\nsdk: gradio\nmodels:\n", "---\n")),
}  # fmt: skip


def _starts(steps: int) -> Files:
    cells = [
        {"cell_type": "code", "source": f"v{n} = 'org/m{n}'\n!python train.py --model_name $v{n}"} for n in range(steps)
    ]
    return {
        "a.ipynb": json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode(),
        "train.py": b"import argparse\nfrom transformers import AutoModel\np = argparse.ArgumentParser()\np.add_argument('--model_name')\nAutoModel.from_pretrained(p.parse_args().model_name)\n",
    }


def _circle(steps: int) -> Files:
    return {
        f"m{n}.py": f"from m{(n + 1) % steps} import load\n{_HEAD}load('org/m{n}')\n".encode() for n in range(steps)
    } | {"m0.py": f"import m1\n{_HEAD}def load(x):\n    return AutoModel.from_pretrained(x)\n".encode()}


def _web(steps: int) -> Files:
    """Each module imports ten others, everything in a circle; one wrapper, called by all of them."""
    imports = {n: "".join(f"import m{(n * 7 + k) % steps}\n" for k in range(1, 10)) for n in range(steps)}
    return {
        f"m{n}.py": f"{imports[n]}{_HEAD}from m0 import load\nload('org/m{n}')\n".encode() for n in range(steps)
    } | {"m0.py": f"{imports[0]}{_HEAD}def load(x):\n    return AutoModel.from_pretrained(x)\n".encode()}


def _stars(steps: int) -> Files:
    files = {f"m{n}.py": f"from m{n + 1} import *\n".encode() for n in range(steps)}
    return files | {
        f"m{steps}.py": f"{_HEAD}NAME = 'gpt2'\ndef load(x):\n    return AutoModel.from_pretrained(x)\n".encode(),
        "main.py": f"from m0 import *\n{_HEAD}load(NAME)\nAutoModel.from_pretrained(NAME)\n".encode(),
    }


def _callers(steps: int) -> Files:
    return {f"c{n}.py": f"from wrapper import load\n\nload('org/m{n}')\n".encode() for n in range(steps)} | {
        "wrapper.py": f"{_HEAD}\ndef load(name):\n    return AutoModel.from_pretrained(name)\n".encode()
    }


def _wrappers(steps: int) -> Files:
    files = {
        f"w{n + 1}.py": f"from w{n} import f{n}\n\ndef f{n + 1}(x):\n    return f{n}(x)\n".encode()
        for n in range(steps)
    }
    return files | {
        "w0.py": f"{_HEAD}\ndef f0(x):\n    return AutoModel.from_pretrained(x)\n".encode(),
        "main.py": f"from w{steps} import f{steps}\nf{steps}('gpt2')\n".encode(),
    }


def _classes(steps: int) -> Files:
    files = {
        f"c{n + 1}.py": f"from c{n} import C{n}\n\nclass C{n + 1}(C{n}):\n    pass\n".encode() for n in range(steps)
    }
    return files | {
        "c0.py": f"{_HEAD}\nclass C0(AutoModel):\n    pass\n".encode(),
        "main.py": f"from c{steps} import C{steps}\nC{steps}.from_pretrained('gpt2')\n".encode(),
    }


def _derived(steps: int) -> Files:
    files = {
        f"c{n}.py": f"from base import Base\n\nclass C{n}(Base):\n    name = 'org/m{n}'\n".encode()
        for n in range(steps)
    }
    return files | {
        "base.py": f"{_HEAD}\nclass Base:\n    def load(self):\n        return AutoModel.from_pretrained(self.name)\n".encode()
    }


def _configs(steps: int) -> Files:
    code = f"import sys, yaml\n{_HEAD}config = yaml.safe_load(open(sys.argv[1]))\nAutoModel.from_pretrained(config['model']['name'])\n"
    return {f"configs/c{n}.yaml": f"model:\n  name: org/m{n}\n".encode() for n in range(steps)} | {
        "main.py": code.encode()
    }


def _scripts(steps: int) -> Files:
    code = f"import argparse\n{_HEAD}p = argparse.ArgumentParser()\np.add_argument('--model')\nAutoModel.from_pretrained(p.parse_args().model)\n"
    return {
        f"s{n}.sh": f"export MODEL=org/m{n}\nbash s{n + 1}.sh\npython main.py --model $MODEL\n".encode()
        for n in range(steps)
    } | {"main.py": code.encode()}


def _sources(steps: int) -> Files:
    return {
        f"s{n}.sh": f"source s{(n + 1) % steps}.sh\nM{n}=org/m{n}\nvllm serve $M{(n + 1) % steps}\n".encode()
        for n in range(steps)
    }


def _composes(steps: int) -> Files:
    """Compose files that ask for a variable of which every script around says something."""
    files = {f"s{n}.sh": f"export MODEL_ID=org/m{n}\n".encode() for n in range(steps)}
    return files | {
        f"d{n}/compose.yaml": b"services:\n  a:\n    image: vllm/vllm-openai\n    command: --model ${MODEL_ID}\n"
        for n in range(steps)
    }


TREES: dict[str, tuple[int, Make]] = {
    "tree, imports in a circle": (5_000, _circle),
    "tree, imports in a web": (2_000, _web),
    "tree, star imports in a chain": (2_000, _stars),
    "tree, callers of one wrapper": (10_000, _callers),
    "tree, wrappers in a chain": (2_000, _wrappers),
    "tree, classes in a chain": (2_000, _classes),
    "tree, derived classes": (5_000, _derived),
    "tree, configs": (5_000, _configs),
    "tree, notebook that starts a program": (10_000, _starts),
    "tree, scripts that call the next": (2_000, _scripts),
    "tree, scripts that read in the next": (2_000, _sources),
    "tree, compose files and scripts": (1_000, _composes),
}
