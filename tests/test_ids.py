"""Model ids: which strings are one, and what the hub calls them today."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import ids, known_ids
from analyzer.loaders import Loader, tables
from analyzer.tables.rows import ID_SYNTAXES

KINDS = {
    "huggingface": {
        "model": [
            "gpt2", "bert-base-uncased", "meta-llama/Llama-2-7b-hf", "google/vit-base-patch16-224", "01-ai/Yi-6B",
            "facebook/mms-tts-*", "*/whisper-*", "*", "pyannote/speaker-diarization@2.1", "x/y.z_1", "gpt-4",
            "https://huggingface.co/gpt2", "https://huggingface.co/google/bert_uncased_L-2_H-128_A-2/tree/main",
            "huggingface.co/acme/tiny", "https://hf.co/acme/tiny", "TheBloke/Llama-2-7B-GGUF",
            "https://huggingface.co/acme/tiny/resolve/main/pytorch_model.bin", "exp-models/llama", "model_zoo/x",
        ],
        "local": [
            "./model", "../model", "/opt/model", "~/model", "C:\\models\\bert", "C:/models", ".", "..", "models/bert",
            "checkpoints/last", "output/checkpoint-500", "acme/run/checkpoint-500", "out\\model", "path/to/model",
            "model", "saved_models/run1", "bert.bin", "acme/model.safetensors", "weights.pt", "config.json", "results/",
            "s3://bucket/model", "gs://bucket/model", "file:///opt/m", "acme/tiny/subfolder", "checkpoint-1000",
            "ckpt_cache/run",
        ],
        "invalid": [
            "", " gpt2", "gpt2\n", "my model", "<model>", "${MODEL}", "{name}", "a" * 300, "org/na me", "x..y",
            "https://example.com/model", "https://huggingface.co/datasets/acme/corpus", "-gpt2", "a/b/{c}",
        ],
    },
    "timm": {
        "model": [
            "resnet50", "vit_base_patch16_224.augreg_in21k", "hf-hub:timm/resnet50.a1_in1k", "hf_hub:acme/tiny",
            "beit3_base_patch16_224.pt",
        ],
        "local": ["local-dir:/opt/model", "./resnet50.pth"],
        "invalid": ["hf-hub:a b"],
    },
    "open_clip": {"model": ["ViT-B-32", "hf-hub:laion/CLIP-ViT-B-32"], "local": ["local-dir:./x", "/opt/ViT-B-32.pt"]},
    "clip": {"model": ["ViT-B/32", "ViT-L/14@336px", "RN50x64", "RN*"], "local": ["/opt/ViT-B-32.pt", "clip/model"]},
    "whisper": {"model": ["base", "large-v3", "tiny.en", "Systran/faster-whisper-tiny"], "local": ["/opt/base.pt"]},
    "spacy": {
        "model": ["en_core_web_sm", "en", "xx_ent_wiki_sm", "*_core_news_sm"],
        "local": ["./model", "output/model-best", "training/model-last"],
        "invalid": ["My Model"],
    },
    "torch_hub": {
        "model": ["pytorch/vision", "pytorch/vision:v0.10.0", "ultralytics/yolov5", "snakers4/silero-vad:feature/x"],
        "local": ["/opt/vision", "./vision", "a/b/c", "vision"],
        "invalid": ["pytorch/vis ion"],
    },
    "keras": {"model": ["bert_base_en", "hf://google/gemma-2b", "kaggle://keras/gemma/keras/2b"], "local": ["./bert"]},
    "ollama": {"model": ["llama3.2:3b", "user/model", "hf.co/a/b:Q4_K_M"], "invalid": ["http://a:1", "a b"]},
    "gensim": {"model": ["glove-wiki-gigaword-50", "word2vec-google-news-300"], "invalid": ["text8", "quora-pairs"]},
    "gradio": {"model": ["models/gpt2", "huggingface/acme/tiny", "acme/tiny"], "invalid": ["spaces/acme/demo"]},
    "llama_index": {
        "model": ["local:BAAI/bge-small-en-v1.5", "local", "clip:ViT-B/32"],
        "local": ["./bge"],
        "invalid": ["default"],
    },
    "file": {
        "model": ["https://huggingface.co/acme/tiny/resolve/main/x.safetensors", "https://a.com/x.pth", "acme/tiny"],
        "local": ["./x.safetensors", "x.ckpt", "models/x.gguf"],
    },
    "url": {"model": ["https://tfhub.dev/google/universal-sentence-encoder/4", "https://www.kaggle.com/models/a/b"]},
    "hub_file": {
        "model": ["hf://acme/tiny/x.pt", "hf:acme/tiny:Q4_K_M", "hf:acme/tiny/x.gguf#main"],
        "local": ["./x", "acme/tiny"],
        "invalid": ["hf://x"],
    },
    "weights": {
        "model": ["yolov8n.pt", "yolo11n-seg.pt", "sam_b.pt", "FastSAM-s.pt", "mistral-7b.Q4_0.gguf", "rtdetr-l.pt"],
        "local": ["best.pt", "runs/train/weights/best.pt", "yolov8n.yaml", "./yolov8n.pt"],
    },
    "registry": {
        "model": ["tts_models/en/ljspeech/tacotron2-DDC", "stt_en_conformer_ctc_large", "nvidia/parakeet", "buffalo_l"],
        "local": ["./model", "model.nemo", "/opt/m"],
        "invalid": ["a b"],
    },
    "inference": {
        "model": ["acme/tiny:together", "gpt2", "https://huggingface.co/acme/tiny"],
        "local": ["./acme"],
        "invalid": ["a b:x", "https://example.org/x"],
    },
    "modelscope": {"model": ["damo/nlp_x", "qwen/Qwen-7B"], "local": ["./damo"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("syntax", "kind", "text"),
    [(syntax, kind, text) for syntax, kinds in KINDS.items() for kind, texts in kinds.items() for text in texts],
)
def test_classify(syntax: str, kind: str, text: str) -> None:
    assert ids.classify(text, syntax) == kind


def test_every_syntax_is_read() -> None:
    assert set(KINDS) == set(ID_SYNTAXES)


@given(st.text(), st.sampled_from(ID_SYNTAXES))
def test_any_text_has_a_kind(text: str, syntax: str) -> None:
    assert ids.classify(text, syntax) in {"model", "local", "invalid"}


def loader(qualified: str) -> Loader:
    found = tables().match(qualified)
    assert found is not None, qualified
    return found.loader


HF = "huggingface"
CANONICAL = [
    ("transformers.AutoModel.from_pretrained", "bert-base-uncased", "google-bert/bert-base-uncased", HF),
    ("transformers.AutoModel.from_pretrained", "gpt2", "openai-community/gpt2", HF),
    ("transformers.AutoModel.from_pretrained", "acme/tiny", "acme/tiny", HF),
    ("transformers.AutoModel.from_pretrained", "https://huggingface.co/gpt2/tree/main", "openai-community/gpt2", HF),
    ("transformers.AutoModel.from_pretrained", "https://huggingface.co/acme/tiny", "acme/tiny", HF),
    ("transformers.AutoModel.from_pretrained", "no-such-short-name", None, HF),
    ("pytorch_transformers.BertModel.from_pretrained", "bert-base-cased", "google-bert/bert-base-cased", HF),
    ("pyannote.audio.Pipeline.from_pretrained", "pyannote/speaker-diarization@2.1", "pyannote/speaker-diarization", HF),
    ("sentence_transformers.SentenceTransformer", "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", HF),
    ("sentence_transformers.SentenceTransformer", "bert-base-uncased", "google-bert/bert-base-uncased", HF),
    ("sentence_transformers.SentenceTransformer", "BAAI/bge-m3", "BAAI/bge-m3", HF),
    ("sentence_transformers.CrossEncoder", "stsb-roberta-base", "cross-encoder/stsb-roberta-base", HF),
    ("keybert.KeyBERT", "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", HF),
    ("timm.create_model", "resnet50", "timm/resnet50.a1_in1k", HF),
    ("timm.create_model", "resnet50.a1_in1k", "timm/resnet50.a1_in1k", HF),
    ("timm.create_model", "convnext_base_in22ft1k", "timm/convnext_base.fb_in22k_ft_in1k", HF),
    ("timm.create_model", "hf-hub:acme/tiny", "acme/tiny", HF),
    ("timm.create_model", "no_such_model", None, "timm"),
    ("whisper.load_model", "large", "openai/whisper-large-v3", HF),
    ("whisper.load_model", "no-such-size", None, "openai"),
    ("faster_whisper.WhisperModel", "base", "Systran/faster-whisper-base", HF),
    ("whisperx.load_model", "large-v2", "Systran/faster-whisper-large-v2", HF),
    ("faster_whisper.WhisperModel", "acme/tiny", "acme/tiny", HF),
    ("fastembed.TextEmbedding", "BAAI/bge-small-en-v1.5", "BAAI/bge-small-en-v1.5", HF),
    ("spacy.load", "en_core_web_sm", "spacy/en_core_web_sm", HF),
    ("spacy.load", "my_pipeline", None, "spacy"),
    ("clip.load", "ViT-B/32", "openai/clip-vit-base-patch32", HF),
    ("flair.models.SequenceTagger.load", "ner-english-large", "flair/ner-english-large", HF),
    ("keras_hub.models.GemmaCausalLM.from_preset", "hf://google/gemma-2b", "google/gemma-2b", HF),
    ("keras_hub.models.GemmaCausalLM.from_preset", "gemma_2b_en", "gemma_2b_en", "keras"),
    ("gradio.load", "models/gpt2", "openai-community/gpt2", HF),
    ("llama_index.core.embeddings.resolve_embed_model", "local:BAAI/bge-small-en", "BAAI/bge-small-en", HF),
    ("diffusers.ControlNetModel.from_single_file", "https://huggingface.co/acme/tiny/blob/main/a.pt", "acme/tiny", HF),
    ("torch.hub.load", "pytorch/vision:v0.10.0", "pytorch/vision", "torchhub"),
    ("modelscope.pipelines.pipeline", "damo/nlp_x", "damo/nlp_x", "modelscope"),
    ("ultralytics.YOLO", "yolov8n.pt", "yolov8n.pt", "ultralytics"),
    ("tensorflow_hub.load", "https://tfhub.dev/google/elmo/2", "https://tfhub.dev/google/elmo/2", "tfhub"),
]  # fmt: skip


@pytest.mark.parametrize(("qualified", "text", "expected", "hub"), CANONICAL)
def test_canonical(qualified: str, text: str, expected: str | None, hub: str) -> None:
    assert ids.canonical(text, loader(qualified)) == (expected, hub)


def test_second_argument_completes_the_id() -> None:
    clip = loader("open_clip.create_model_and_transforms")
    assert ids.canonical("ViT-B-32", clip, "openai") == ("timm/vit_base_patch32_clip_224.openai", HF)
    assert ids.canonical("ViT-B-32", clip) == (None, "open_clip")
    assert ids.canonical("hf-hub:laion/CLIP-ViT-B-32", clip) == ("laion/CLIP-ViT-B-32", HF)
    torch_hub = loader("torch.hub.load")
    assert ids.canonical("pytorch/vision", torch_hub, "resnet18") == ("pytorch/vision:resnet18", "torchhub")


@given(st.text(max_size=40), st.sampled_from(sorted({row[0] for row in CANONICAL})))
def test_canonical_never_raises(text: str, qualified: str) -> None:
    ids.canonical(text, loader(qualified), None)


def test_facts_are_small_and_sound() -> None:
    assert len(known_ids.timm_names()) > 1500
    for library in ("huggingface", "openai-whisper", "faster-whisper", "spacy", "flair", "open_clip_torch", "timm"):
        found = known_ids.names(library)
        assert found
        assert all(ids.classify(model, "huggingface") == "model" and "/" in model for model in found.values())


@pytest.mark.parametrize(
    "api",
    [
        "sentence_transformers.SentenceTransformer",
        "langchain.embeddings.HuggingFaceEmbeddings",
        "langchain_community.embeddings.SentenceTransformerEmbeddings",
        "langchain_huggingface.HuggingFaceEmbeddings",
        "setfit.SetFitModel.from_pretrained",
    ],
)
def test_short_names_of_what_wraps_sentence_transformers(api: str) -> None:
    loader = tables().match(api)
    assert loader is not None
    assert ids.canonical("all-MiniLM-L6-v2", loader.loader) == ("sentence-transformers/all-MiniLM-L6-v2", "huggingface")
    assert ids.canonical("bert-base-uncased", loader.loader) == ("google-bert/bert-base-uncased", "huggingface")
