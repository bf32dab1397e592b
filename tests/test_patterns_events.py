"""What calls mean, on source code."""

from __future__ import annotations

import pytest

from analyzer import analyze_source
from patterns.events import Event, events, kinds, rules
from patterns.features import fine

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
         ["supervised fine-tuning trainer", "attach adapter", "run training"]),
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


def test_a_narrow_event_is_like_others_under_the_same_wide_one() -> None:
    sft, dpo = (
        fine(analyze_source((LOAD + f"import trl\ntrl.{name}(model=model)").encode(), "a.py").sequences[0])
        for name in ("SFTTrainer", "DPOTrainer")
    )
    wide = "trainer of language models"
    assert sft[wide] == dpo[wide] > sft["supervised fine-tuning trainer"] == dpo["preference trainer"] > 0


def test_what_prepares_decides_where_something_is_done_with_it() -> None:
    template = "text = tokenizer.apply_chat_template(messages)\n"
    assert shown(template) == [*LOADED, "tokenize"]
    assert shown(template + "model.generate(text)") == [*LOADED, "chat template", "generate"]


def test_an_event_weighs_the_same_wherever_it_is_shown() -> None:
    named = {
        (rule.name, rule.weight, rule.under)
        for part in rules()
        for rule in part
        if "{" not in rule.name and rule.weight
    }
    wide = {(rule.under, rule.weight) for part in rules() for rule in part if rule.under}
    for found in (named, wide):
        assert len({name for name, *_ in found}) == len(found)


def test_what_decides_more_weighs_out_of_proportion() -> None:
    code = LOAD + "from transformers import Trainer\nTrainer(model=model)\nmodel.generate()"
    usage = analyze_source(code.encode(), "a.py").sequences[0]
    weights = {event.name: event.weight for event in events(usage)}
    assert fine(usage)["trainer"] / fine(usage)["generate"] > weights["trainer"] / weights["generate"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import whisper\nwhisper.load_model('base').transcribe('a.mp3')", ["load audio model", "transcribe"]),
        ("import open_clip\nopen_clip.create_model('ViT-B-32').encode_image(x)",
         ["load image-text model", "image-text features"]),
        ("import kokoro\nkokoro.KPipeline('a', repo_id='b/c')('text')", ["load audio model", "generate speech"]),
        ("from langchain_huggingface import HuggingFaceEmbeddings\nHuggingFaceEmbeddings(model_name='b/c')",
         ["embed through a framework"]),
        ("import timm\ntimm.create_model('resnet18', pretrained=True)(x)", ["load vision model", "forward"]),
        ("from huggingface_hub import InferenceClient\nInferenceClient('gpt2').text_generation('a')",
         ["load endpoint", "ask endpoint"]),
    ],
)  # fmt: skip
def test_events_tell_what_a_library_is_for(code: str, expected: list[str]) -> None:
    (usage,) = analyze_source(code.encode(), "a.py").sequences
    assert [event.name for event in events(usage)] == expected


def test_every_kind_has_a_weight() -> None:
    names, details = rules()
    assert {rule.kind for rule in (*names, *details)} - {None} <= kinds().keys()


def test_details_look_at_what_is_given_or_read() -> None:
    _, details = rules()
    assert all(rule.keywords or rule.reads for rule in details)
    assert not any(rule.keywords or rule.reads for rule in rules()[0])
