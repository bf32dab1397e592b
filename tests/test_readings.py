"""What is read of the results of calls on loaded objects."""

from __future__ import annotations

import pytest

from analyzer import analyze_source

LOADED = "from transformers import AutoModel\nmodel = AutoModel.from_pretrained('org/a')\n"


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    out = model(x)\n    kept = out.logits\n",
        "def f(x):\n    return model(x).logits[:, 0]\n",
        "def f(x):\n    out = model(x)\n    return out['logits'] / 2 + x\n",
        "def f(x):\n    for row in model(x).logits:\n        print(row)\n",
        "def f(x):\n    yield {'scores': [model(x).logits, x]}\n",
        "def f(xs):\n    return [model(x).logits for x in xs]\n",
        "def f(xs):\n    return xs, [out.logits for out in map(model, xs)]\n",
        "def f(x):\n    self.kept = model(x).logits if x else None\n",
        "def f(x):\n    total = 0\n    total += model(x).logits\n",
        "def f(x):\n    torch.softmax(model(x).logits, dim=1)\n",
    ],
)
def test_an_attribute_counts_wherever_it_is_read(code: str) -> None:
    (usage,) = analyze_source((LOADED + code).encode(), "a.py").sequences
    assert [call.reads for call in usage.calls if call.api.endswith("__call__")] == [("logits",)]


def test_what_is_called_is_not_read() -> None:
    (usage,) = analyze_source((LOADED + "def f(x):\n    return model(x).argmax()\n").encode(), "a.py").sequences
    assert [call.reads for call in usage.calls] == [(), (), ()]
