"""What calls mean, on source code."""

from __future__ import annotations

import pytest

from analyzer import analyze_source
from patterns.events import Event, events, kinds, rules

LOAD = """
from transformers import AutoModelForCausalLM, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("gpt2")
model = AutoModelForCausalLM.from_pretrained("gpt2")
"""


def shown(code: str) -> list[str]:
    usage = analyze_source((LOAD + code).encode(), "a.py").sequences[0]
    return [event.name for event in events(usage)]


LOADED = ["load tokenizer", "load causal-lm"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", []),
        ("model.to('cuda').eval()", []),
        ("out = model(**tokenizer('a', return_tensors='pt'))", ["tokenize", "forward"]),
        ("x = model(None).logits.argmax(-1)", ["forward", "logits", "argmax"]),
        ("import torch\nx = torch.argmax(model(None).logits)", ["forward", "logits", "argmax"]),
        ("model(None, labels=None).loss.backward()", ["forward", "backward"]),
        ("model(None, labels=x).loss.backward()", ["forward", "labels", "backward"]),
        ("import torch\ntorch.nn.CrossEntropyLoss()(model(None).logits).backward()",
         ["forward", "logits", "loss", "backward"]),
        ("from transformers import Trainer\nTrainer(model=model, args=a).train()", ["trainer", "run training"]),
        ("from trl import SFTTrainer\nSFTTrainer(model=model, peft_config=p).train()",
         ["supervised fine-tuning trainer", "an adapter config", "run training"]),
        ("from peft import get_peft_model\nget_peft_model(model, c).save_pretrained('x')", ["attach adapter", "save"]),
        ("from transformers import TextIteratorStreamer\nmodel.generate(streamer=TextIteratorStreamer(tokenizer))",
         ["streamer", "generate", "streamer"]),
        ("kwargs = dict(streamer=s)\nmodel.generate(**kwargs)", ["generate", "streamer"]),
    ],
)  # fmt: skip
def test_events_of_code(code: str, expected: list[str]) -> None:
    assert shown(code) == LOADED + expected


def test_an_event_names_its_call() -> None:
    usage = analyze_source((LOAD + "model.generate(streamer=s)").encode(), "a.py").sequences[0]
    assert events(usage)[-2:] == (
        Event("generate", 5, "generate", 2),
        Event("streamer", 13, "generate", 2, detail=True),
    )


def test_every_kind_has_a_weight() -> None:
    names, details = rules()
    assert {rule.kind for rule in (*names, *details)} - {None} <= kinds().keys()


def test_details_look_at_what_is_given_or_read() -> None:
    _, details = rules()
    assert all(rule.keywords or rule.reads for rule in details)
    assert not any(rule.keywords or rule.reads for rule in rules()[0])
