"""The three alphabets."""

from __future__ import annotations

import pytest

from analyzer.loaders import tables
from analyzer.records import ApiCall, CallSequence, Link, Role
from patterns.errors import PatternError
from patterns.symbols import symbols


def usage(*calls: tuple[str, Link, Role | None]) -> CallSequence:
    made = tuple(ApiCall(api, line, None, link, role, ()) for line, (api, link, role) in enumerate(calls, start=1))
    return CallSequence("a.py", None, "gpt2", (), made)


AUTO = usage(
    ("transformers.AutoModelForCausalLM.from_pretrained", "load", "load"),
    ("transformers.AutoModelForCausalLM.generate", "receiver", "infer"),
    ("transformers.AutoTokenizer.tokenizer.decode", "receiver", None),
)
LLAMA = usage(
    ("transformers.LlamaForCausalLM.from_pretrained", "load", "load"),
    ("transformers.LlamaForCausalLM.generate", "receiver", "infer"),
    ("transformers.LlamaTokenizer.decode", "receiver", "postprocess"),
)


def test_levels() -> None:
    assert symbols(AUTO, "api")[0] == "transformers.AutoModelForCausalLM.from_pretrained"
    assert symbols(AUTO, "family") == ("causal-lm.load", "causal-lm.generate", "tokenizer.decode")
    assert symbols(AUTO, "role") == ("load", "infer", "other")


def test_family_compares_models() -> None:
    assert symbols(AUTO, "family") == symbols(LLAMA, "family")
    assert symbols(AUTO, "api") != symbols(LLAMA, "api")


@pytest.mark.parametrize(
    ("api", "family"),
    [
        ("transformers.GPT2LMHeadModel.from_pretrained", "causal-lm"),
        ("transformers.BertModel.from_pretrained", "model"),
        ("transformers.BertForSequenceClassification.from_pretrained", "sequence-classification"),
        ("transformers.AutoTokenizer.from_pretrained", "tokenizer"),
        ("transformers.pipeline", "pipeline"),
        ("sentence_transformers.SentenceTransformer", "embedding"),
        ("sentence_transformers.SentenceTransformer.encode", "embedding"),  # of what a constructor loads
        ("FlagEmbedding.FlagReranker.compute_score", "reranker"),  # a package whose name looks like that of a class
        ("awq.AutoAWQForCausalLM.from_quantized", "causal-lm"),  # as the library has it whose roles it takes over
        ("transformers.BlipForQuestionAnswering.generate", "image-text-to-text"),
        ("whisper.load_model", "model"),
        ("torch.no_grad", None),
        ("nothing", None),
    ],
)
def test_family(api: str, family: str | None) -> None:
    assert tables().family(api) == family


def test_unknown_api_stays_itself() -> None:
    assert symbols(usage(("peft.unknown", "argument", None)), "family") == ("peft.unknown",)


def test_what_takes_an_object_is_itself_though_it_could_load_one() -> None:
    assert symbols(usage(("trl.SFTTrainer", "argument", "train")), "family") == ("trl.SFTTrainer",)


def test_empty_usage_and_unknown_level() -> None:
    assert symbols(usage(), "role") == ()
    with pytest.raises(PatternError):
        symbols(AUTO, "letters")  # type: ignore[arg-type]
