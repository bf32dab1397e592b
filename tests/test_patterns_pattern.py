"""Pattern records: skeleton, name, support, exemplar."""

from __future__ import annotations

import ast

import pytest

from analyzer import analyze_source
from analyzer.records import CallSequence
from patterns.exemplar import with_exemplar
from patterns.pattern import Member, Patterns, patterns
from patterns.skeleton import Step, name, order, skeleton
from patterns.validation import validated

LOAD = """
from transformers import AutoModelForCausalLM, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("{model}")
model = AutoModelForCausalLM.from_pretrained("{model}")
"""
GENERATE = LOAD + "ids = tokenizer('a')\n{extra}print(tokenizer.decode(model.generate(**ids)[0]))\n"
CHAT = LOAD + "ids = tokenizer.apply_chat_template([])\n{extra}print(tokenizer.decode(model.generate(ids)[0]))\n"
TRAIN = LOAD + "from transformers import Trainer\nt = Trainer(model=model)\nt.train()\n{extra}"
ALONE = 'import whisper\nm = whisper.load_model("base")\nm.transcribe("a.mp3")\n'
SAVE = "model.save_pretrained('x')\n"


def code(template: str, model: str = "gpt2", extra: str = "") -> str:
    return template.format(model=model, extra=extra)


def usage(source: str, path: str = "a.py") -> CallSequence:
    return analyze_source(source.encode(), path).sequences[0]


SOURCES = {
    ("one", "a.py"): code(GENERATE),
    ("one", "b.py"): code(GENERATE, "org/m"),
    ("two", "a.py"): code(GENERATE, "org/m", "# a comment\n"),
    ("one", "c.py"): code(TRAIN, extra=SAVE),
    ("two", "c.py"): code(TRAIN),
    ("three", "c.py"): code(TRAIN),
    ("three", "d.py"): code(TRAIN, extra=SAVE),
    ("three", "x.py"): ALONE,
}


@pytest.fixture(scope="module")
def given() -> list[tuple[str, CallSequence]]:
    return [(source, usage(text, path)) for (source, path), text in SOURCES.items()]


@pytest.fixture(scope="module")
def found(given: list[tuple[str, CallSequence]]) -> Patterns:
    return patterns(given)


def test_names_come_from_the_stages(found: Patterns) -> None:
    assert [(p.name, p.group) for p in found.patterns] == [
        ("trainer, run training", "train"), ("tokenize, generate, decode", "generate"),
    ]  # fmt: skip


def test_support_and_members(found: Patterns) -> None:
    train, generate = found.patterns
    assert (train.repositories, len(train.members), train.coverage) == (3, 4, 0.5)
    assert generate.models == ("org/m", "gpt2")
    assert generate.members[0] == Member("one", "a.py", None, 3, "gpt2")
    assert found.singular == (Member("three", "x.py", None, 2, "base"),)
    everybody = [m for p in found.patterns for m in p.members] + list(found.singular)
    assert len(everybody) == len(set(everybody)) == found.usages == len(SOURCES)


def test_what_only_some_do_is_optional(found: Patterns) -> None:
    assert [(step.call, step.role, step.optional) for step in found.patterns[0].skeleton] == [
        ("tokenizer.load", "load", False), ("causal-lm.load", "load", False), ("transformers.Trainer", "train", False),
        ("transformers.Trainer.train", "train", False), ("causal-lm.save_pretrained", "save", True),
    ]  # fmt: skip


def test_ids_do_not_depend_on_the_order(given: list[tuple[str, CallSequence]], found: Patterns) -> None:
    assert patterns(reversed(given)).patterns[0].id == found.patterns[0].id
    assert len({p.id for p in found.patterns}) == 2


def test_exemplar(given: list[tuple[str, CallSequence]], found: Patterns) -> None:
    shown = with_exemplar(found.patterns[1], given, lambda source, path: SOURCES[source, path].encode()).exemplar
    assert shown is not None
    assert (shown.path, shown.line, shown.end_line) == ("a.py", 3, 6)
    assert "comment" not in shown.code
    ast.parse(shown.code)
    assert with_exemplar(found.patterns[1], given, lambda *_: None).exemplar is None


def test_nothing_and_one() -> None:
    assert patterns([]).patterns == ()
    alone = patterns([("one", usage(code(CHAT)))])
    assert (len(alone.patterns), len(alone.singular)) == (0, 1)


def test_one_repository_all_identical() -> None:
    (only,) = patterns([("one", usage(code(CHAT), f"{n}.py")) for n in range(5)]).patterns
    assert (only.name, only.repositories, only.coverage) == ("chat template, generate, decode", 1, 1.0)
    assert not any(step.optional for step in only.skeleton)


def test_a_name_says_what_is_given() -> None:
    steps = (Step("load model", "m", "load", False), Step("generate", "g", "infer", False, ("an image", "streamer")))
    assert name(steps, {}) == "generate with an image and streamer"
    assert name(steps[:1], {}) == "load model only"
    assert name((), {}) == "nothing in common"


def test_a_step_is_told_as_widely_as_the_usages_differ_in_it() -> None:
    trained = [
        usage(f"import trl\ntrl.{name}(model='a/b').train()") for name in ("SFTTrainer", "DPOTrainer", "SFTTrainer")
    ]
    assert [step.event for step in skeleton(trained, "abc")] == ["trainer of language models", "run training"]
    assert name(skeleton(trained, "abc"), {}) == "trainer of language models, run training"
    assert [step.event for step in skeleton(trained[::2], "ab")] == ["supervised fine-tuning trainer", "run training"]
    assert skeleton([*trained[:1] * 4, *trained[1:2] * 5], "abcdeeeee")[0].event == "trainer of language models"
    assert set(order(trained[0])) > {step.event for step in skeleton(trained, "abc")}


def test_a_call_that_loads_and_does_more_is_told_by_its_name() -> None:
    (first, _) = skeleton([usage("import trl\ntrl.SFTTrainer(model='a/b').train()")], "a")
    assert first.call == "trl.SFTTrainer"


def test_usages_without_an_order_in_common_have_no_skeleton() -> None:
    assert skeleton([], []) == ()


def test_what_holds_in_repositories_held_out() -> None:
    given = [(f"r{number}", usage(code(template))) for number in range(10) for template in (GENERATE, TRAIN)]
    found = validated(given)
    assert found is not None
    assert (found.patterns, found.precision, found.recall, found.coverage) == (2, 1.0, 1.0, 1.0)
    assert validated(given[:8]) is None
    assert validated([]) is None
