"""Loads what the environment names."""

import os

import whisper
from transformers import AutoModelForCausalLM


def transcribe(path):
    model = whisper.load_model("base.en")
    return model.transcribe(path)["text"]


def chat_model():
    return AutoModelForCausalLM.from_pretrained(os.environ["CHAT_MODEL"])


def any_model(name):
    return AutoModelForCausalLM.from_pretrained(name)
