"""The loader tables: what a file may say, how names fold, and that a fixture exercises every row."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from expectations import SOURCE_ENDINGS
from hypothesis import given
from hypothesis import strategies as st

from analyzer import analyze_source
from analyzer.loaders import Loader, LoaderTableError, LoaderTables, Match, load_tables, tables

FIXTURES = Path(__file__).parent.parent / "fixtures" / "loaders"
HEAD = 'library = "acme"\nhub = "huggingface"\nid_syntax = "huggingface"\nmodules = ["acme", "old_acme"]\n'
ROW = '[[loader]]\ncallable = "load"\nid = "name"\nposition = 0\nloads = "model"\n'
ROLES = '[roles.model]\ninfer = "predict run_*"\nconfigure = "*"\n'


def acme(text: str) -> LoaderTables:
    return load_tables([("acme.toml", text.encode())])


# -- what a file may say


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ('library = "acme"', "", "hub, id_syntax is missing"),
        ("library = ", "", "Invalid value"),
        (HEAD + "colour = 1", "", "unknown colour"),
        (HEAD + "[loader]\na = 1", "", "a list of tables is wanted"),
        (HEAD + '[[loader]]\ncallable = "load"\nid = "name"', "row 1", "loads is missing"),
        (HEAD + '[[loader]]\ncallable = "load"\nloads = "model"', "row 1", "id is missing"),
        (HEAD + ROW + ROLES + ROW.replace('"load"', '"open"') + "postition = 1", "row 2", "unknown postition"),
        (HEAD + ROW.replace('"model"', '"modell"'), "row 1", "'modell' is none of model, tokenizer"),
        (HEAD + ROW.replace("= 0", '= "0"'), "row 1", "position: a position from 0 is wanted"),
        (HEAD + ROW.replace("= 0", "= true"), "row 1", "position: a position from 0 is wanted"),
        (HEAD + ROW.replace('"name"', "[1]"), "row 1", "id: a non-empty string, or a list of them, is wanted"),
        (HEAD + ROW + "distinctive = 1", "row 1", "distinctive: true or false is wanted"),
        (HEAD + ROW + 'id_syntax = "path"', "row 1", "id_syntax: 'path' is none of"),
        (HEAD + ROW + "requires = 1", "row 1", "requires: a table is wanted"),
        (HEAD + ROW + "requires = {a = {}}", "row 1", "requires: a table of plain values"),
        (HEAD + ROW + "requires_position = 1", "row 1", "requires_position without requires"),
        (HEAD + ROW + 'more_ids = [{ids = "x"}]', "row 1", "unknown ids"),
        (HEAD + ROW + 'default = "a{nome}"' + "\n" + ROLES, "row 1", "default: a{nome}"),
        (HEAD + ROW + 'returns = "engine"\n' + ROLES, "row 1", "returns: no [roles.engine]"),
        (HEAD + ROLES + ROW.replace('"load"', '"lo*"'), "row 1", "a glob as last segment needs requires"),
        (HEAD + ROLES + ROW + ROW, "row 2", "acme.load stands already in acme.toml row 1"),
        (HEAD + '[[consumer]]\ncallable = "f"\nrole = "guess"', "consumer 1", "'guess' is none of load"),
        (HEAD + '[roles.model]\nfly = "a"', "[roles.model]", "unknown fly"),
        (HEAD + '[roles.model]\ninfer = "a"\nsave = "a"', "[roles.model]", "a has two roles: infer and save"),
        (HEAD + '[defaults.ner]\nname = "x"', "[defaults.ner]", "unknown name"),
        (HEAD + 'roles_from = "torch"', "", "roles_from: no library 'torch'"),
        (HEAD + 'roles_from = "acme"', "", "roles_from goes in a circle"),
    ],
)
def test_errors_name_file_and_row(text: str, row: str, message: str) -> None:
    with pytest.raises(LoaderTableError) as caught:
        acme(text)
    assert caught.value.file == "acme.toml"
    assert caught.value.row == row
    assert message in caught.value.message
    assert str(caught.value).startswith(f"acme.toml {row}".strip())


def test_two_files_of_one_library() -> None:
    with pytest.raises(LoaderTableError, match=r"b\.toml: acme has a table already: a\.toml"):
        load_tables([("a.toml", HEAD.encode()), ("b.toml", HEAD.encode())])


@pytest.mark.parametrize("circle", [{"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a"}, {"a": "b", "b": "b"}])
def test_circle_of_roles(circle: dict[str, str]) -> None:
    def content(name: str, other: str) -> bytes:
        return f'{HEAD.replace("acme", name)}roles_from = "{other}"'.encode()

    with pytest.raises(LoaderTableError, match="roles_from goes in a circle"):
        load_tables((f"{name}.toml", content(name, other)) for name, other in circle.items())


def test_a_row_of_several_callables_is_one_row() -> None:
    found = acme(HEAD + ROLES + ROW.replace('"load"', '["load", "open"]'))
    first, second = found.match("acme.load"), found.match("acme.open")
    assert first is not None
    assert second is not None
    assert first.loader.source == second.loader.source == "acme.toml row 1"


# -- matching


@pytest.mark.parametrize(
    ("qualified", "api"),
    [
        ("transformers.BertModel.from_pretrained", "transformers.BertModel.from_pretrained"),
        ("transformers.models.bert.modeling_bert.BertModel.from_pretrained", "transformers.BertModel.from_pretrained"),
        ("transformers.pipelines.pipeline", "transformers.pipeline"),
        (
            "pytorch_pretrained_bert.modeling.BertModel.from_pretrained",
            "pytorch_pretrained_bert.BertModel.from_pretrained",
        ),
        ("sentence_transformers.cross_encoder.CrossEncoder", "sentence_transformers.CrossEncoder"),
        ("langchain.embeddings.huggingface.HuggingFaceEmbeddings", "langchain.embeddings.HuggingFaceEmbeddings"),
        (
            "langchain_community.embeddings.HuggingFaceEmbeddings",
            "langchain_community.embeddings.HuggingFaceEmbeddings",
        ),
        ("langchain_huggingface.HuggingFaceEmbeddings", "langchain_huggingface.HuggingFaceEmbeddings"),
        (
            "speechbrain.pretrained.EncoderClassifier.from_hparams",
            "speechbrain.inference.EncoderClassifier.from_hparams",
        ),
        ("mlx_audio.stt.utils.load_model", "mlx_audio.stt.load_model"),
        ("nemo.collections.asr.models.ASRModel.from_pretrained", "nemo.collections.ASRModel.from_pretrained"),
        ("tensorflow.keras.applications.resnet50.ResNet50", "keras.applications.ResNet50"),
        ("CLIP.clip.load", "clip.load"),
        ("en_core_web_sm.load", "en_core_web_sm.load"),
        ("huggingface_hub.HfApi().model_info", "huggingface_hub.HfApi.model_info"),
        ("transformers.BertModel", None),
        ("transformers.BertModel.from_config", None),
        ("transformers.Trainer.Inner.pipeline", None),
        ("transformers_stream.AutoModel.from_pretrained", None),
        ("datasets.load_dataset", None),
        ("evaluate.load", None),
        ("torch.load", None),
        ("torch.jit.load", None),
        ("timm.models.layers.DropPath", None),
        ("transformers", None),
        ("", None),
    ],
)
def test_names_fold_to_the_public_one(qualified: str, api: str | None) -> None:
    found = tables().match(qualified)
    assert (found.api if found is not None else None) == api
    assert tables().match(qualified) == found  # remembered


@pytest.mark.parametrize(
    ("name", "loads"),
    [
        ("AutoModel", "model"),
        ("TFAutoModelForSeq2SeqLM", "model"),
        ("FlaxBertModel", "model"),
        ("AutoBackbone", "model"),
        ("LlamaTokenizer", "tokenizer"),
        ("PreTrainedTokenizerFast", "tokenizer"),
        ("HiggsAudioV2TokenizerModel", "model"),
        ("VibeVoiceAcousticTokenizerFeatureExtractor", "processor"),
        ("PocketTTSAudioTokenizerConfig", "config"),
        ("NextYearsImageProcessorFast", "processor"),
        ("NextYearsVideoProcessor", "processor"),
        ("WhisperProcessor", "processor"),
        ("Wav2Vec2FeatureExtractor", "processor"),
        ("GenerationConfig", "config"),
        ("NextYearsConfig", "config"),
    ],
)
def test_families_of_transformers_classes(name: str, loads: str) -> None:
    found = tables().match(f"transformers.{name}.from_pretrained")
    assert found is not None
    assert found.loader.loads == loads


def loader(qualified: str) -> Loader:
    found = tables().match(qualified)
    assert found is not None, qualified
    return found.loader


def test_id_parameters() -> None:
    assert loader("peft.PeftModel.from_pretrained").ids[0].position == 1
    assert loader("simpletransformers.classification.ClassificationModel").ids[0].position == 1
    assert loader("transformers.pipeline").ids[0].position == 1
    decoder = loader("transformers.EncoderDecoderModel.from_encoder_decoder_pretrained").ids[1]
    assert decoder.position == 1
    assert decoder.keywords == ("decoder_pretrained_model_name_or_path",)
    assert loader("langchain_huggingface.HuggingFaceEmbeddings").ids[0].keywords == ("model_name", "model")
    assert loader("unsloth.FastLanguageModel.from_pretrained").returns == ("model", "tokenizer")


def test_default_from_the_name_of_the_call() -> None:
    assert loader("en_core_web_md.load").default == "en_core_web_md"
    assert loader("torchvision.models.resnet34").default == "resnet34"
    assert loader("torchaudio.pipelines.HUBERT_BASE.get_model").default == "HUBERT_BASE"


def test_default_models() -> None:
    assert tables().default_model("transformers", "fill-mask") == ("distilbert/distilroberta-base", "fb53ab8")
    assert tables().default_model("optimum", "sentiment-analysis") is not None  # takes transformers' over
    assert tables().default_model("transformers", "no-such-task") is None
    assert tables().default_model("no-such-library", "ner") is None


@pytest.mark.parametrize(
    ("qualified", "loads"),
    [
        ("tiny_asr.from_pretrained", "model"),
        ("tiny_asr.models.Recognizer.from_pretrained", "model"),
        ("tiny_asr.TextTokenizer.from_pretrained", "tokenizer"),
        ("transformers.utils.from_pretrained", None),
        ("from_pretrained", None),
        ("tiny_asr.Recognizer.load", None),
    ],
)
def test_packages_without_a_table(qualified: str, loads: str | None) -> None:
    found = tables().generic(qualified)
    assert (found.loader.loads if found is not None else None) == loads
    if found is not None:
        assert (found.loader.library, found.api) == ("tiny_asr", qualified)


def test_methods_that_load() -> None:
    found = tables().method_loader("pipeline", "diffusers", "load_lora_weights")
    assert found is not None
    assert found.loads == "adapter"
    assert tables().method_loader("", "", "load_lora_weights") == found  # evidence by its name alone
    assert tables().method_loader("", "", "load_adapter") is None
    assert tables().method_loader("tokenizer", "diffusers", "load_lora_weights") is None
    assert tables().method_loader("model", "pandas", "load_adapter") is None


# -- what is done with what was loaded


@pytest.mark.parametrize(
    ("library", "kind", "method", "role"),
    [
        ("transformers", "model", "generate", "infer"),
        ("transformers", "model", "__call__", "infer"),
        ("transformers", "model", "get_text_features", "infer"),
        ("transformers", "model", "to", "configure"),  # torch.nn.Module's
        ("transformers", "model", "train", "train"),
        ("transformers", "model", "save_pretrained", "save"),
        ("transformers", "tokenizer", "apply_chat_template", "prepare"),
        ("transformers", "tokenizer", "batch_decode", "postprocess"),
        ("transformers", "processor", "post_process_object_detection", "postprocess"),
        ("transformers", "processor", "tokenizer.decode", "postprocess"),
        ("transformers", "trainer", "evaluate", "evaluate"),
        ("peft", "model", "merge_and_unload", "configure"),
        ("peft", "model", "generate", "infer"),
        ("diffusers", "pipeline", "enable_model_cpu_offload", "configure"),
        ("diffusers", "pipeline", "__call__", "infer"),
        ("sentence-transformers", "model", "encode", "infer"),
        ("spacy", "pipeline", "pipe", "infer"),
        ("ultralytics", "model", "val", "evaluate"),
        ("langchain-huggingface", "embeddings", "embed_query", "infer"),
        ("tiny_asr", "model", "transcribe", "infer"),  # no table: the generic one
        ("transformers", "model", "no_such_method", None),
        ("transformers", "no_such_kind", "generate", None),
    ],
)
def test_roles(library: str, kind: str, method: str, role: str | None) -> None:
    assert tables().role(library, kind, method) == role
    assert tables().role(library, kind, method) == role  # remembered


@pytest.mark.parametrize(
    ("qualified", "api", "role"),
    [
        ("transformers.trainer.Trainer", "transformers.Trainer", "train"),
        ("transformers.pipelines.pipeline", "transformers.pipeline", "load"),
        ("transformers.DataCollatorForLanguageModeling", "transformers.DataCollatorForLanguageModeling", "prepare"),
        ("transformers.TextIteratorStreamer", "transformers.TextIteratorStreamer", "postprocess"),
        ("trl.SFTTrainer", "trl.SFTTrainer", "train"),
        ("peft.mapping.get_peft_model", "peft.get_peft_model", "configure"),
        ("torch.optim.AdamW", "torch.optim.AdamW", "train"),
        ("accelerate.Accelerator().prepare", "accelerate.Accelerator.prepare", "configure"),
        ("langchain.vectorstores.faiss.FAISS.from_documents", "langchain.vectorstores.FAISS.from_documents", "prepare"),
        ("langchain.chains.RetrievalQA.from_chain_type", "langchain.chains.RetrievalQA.from_chain_type", "configure"),
        ("mlx_lm.generate", "mlx_lm.generate", "infer"),
        ("numpy.array", None, None),
        ("torch.zeros", None, None),
    ],
)  # fmt: skip
def test_consumers(qualified: str, api: str | None, role: str | None) -> None:
    found = tables().consumer(qualified)
    assert ((found.api, found.role) if found is not None else (None, None)) == (api, role)


@pytest.mark.parametrize(
    ("qualified", "public"),
    [
        ("transformers.models.bert.BertModel", "transformers.BertModel"),
        ("transformers.models.bert.BertModel.forward", "transformers.BertModel.forward"),
        ("transformers.pipelines.pipeline", "transformers.pipeline"),
        ("sentence_transformers.losses.triplet.TripletLoss", "sentence_transformers.losses.TripletLoss"),
        ("spacy.tokens.doc.Doc", "spacy.tokens.Doc"),
        ("transformers.utils.logging.set_verbosity_error", "transformers.utils.logging.set_verbosity_error"),
        ("torch.nn.Linear", "torch.nn.Linear"),
        ("numpy.array", "numpy.array"),
    ],
)
def test_public_name(qualified: str, public: str) -> None:
    assert tables().public_name(qualified) == public


# -- the gate


def test_gate_tokens() -> None:
    tokens = dict(tables().gate_tokens())
    assert tokens["from_pretrained"]
    assert tokens["SentenceTransformer"]
    assert not tokens["load"]
    assert not any("*" in token or "." in token for token in tokens)
    assert sorted(tokens.items()) == list(tables().gate_tokens())


def test_tokens_of_some_libraries() -> None:
    assert {"load_model"} <= tables().tokens_of({"whisper"})
    assert "YOLO" not in tables().tokens_of({"whisper", "numpy"})
    assert "pretrained=True" in tables().tokens_of({"timm"})  # any function of timm.models
    assert not tables().tokens_of(set())


# -- all of it


def test_at_least_seventy_libraries() -> None:
    assert len(tables().libraries) >= 70


def test_file_is_named_after_its_library() -> None:
    def bare(name: str) -> str:
        return name.lower().removeprefix("@").translate(str.maketrans("_./", "---"))

    others = {library.file: library.name for library in tables().libraries.values()}
    odd = {
        file for file, name in others.items() if bare(file.removeprefix("js-").removesuffix(".toml")) not in bare(name)
    }
    assert odd <= {"_hub_mixin.toml", "chronos.toml", "nemo.toml", "autoawq.toml", "imagereward.toml"}


_NAMES = st.lists(
    st.one_of(
        st.sampled_from(["transformers", "spacy", "load", "from_pretrained", "AutoModel", "models", "timm", "()", "*"]),
        st.text(max_size=8),
    ),
    max_size=6,
).map(".".join)  # fmt: skip


@given(_NAMES)
def test_no_name_breaks_the_tables(qualified: str) -> None:
    found = tables()
    found.match(qualified)
    found.generic(qualified)
    found.consumer(qualified)
    found.public_name(qualified)
    found.role("transformers", "model", qualified)
    found.method_loader("model", "transformers", qualified)


@given(_NAMES)
def test_a_public_name_is_its_own_public_name(qualified: str) -> None:
    once = tables().public_name(qualified)
    assert tables().public_name(once) == once


# -- every row is exercised


@cache
def exercised() -> frozenset[tuple[str, str]]:
    """(row, callable) of every loader met in fixtures/loaders; test_fixtures.py proves the sites themselves."""
    met: set[tuple[str, str]] = set()

    def spy(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            found = method(*arguments)
            row = found.loader if isinstance(found, Match) else found
            if row is not None:
                met.add((row.source, row.callable))
            return found

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("match", "generic", "method_loader"):
            patch.setattr(LoaderTables, name, spy(getattr(LoaderTables, name)))
        for file in sorted(file for file in FIXTURES.iterdir() if file.suffix in SOURCE_ENDINGS):
            analyze_source(file.read_bytes(), file.name)
    return frozenset(met)


@pytest.mark.parametrize("library", sorted(tables().libraries))
def test_every_row_is_exercised(library: str) -> None:
    rows = {(row.source, row.callable) for row in tables().libraries[library].loaders}
    assert not rows - exercised()
