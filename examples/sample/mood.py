"""Tells the mood of messages, with the model that the library chooses."""

from transformers import pipeline

classify = pipeline("sentiment-analysis")


def mood(message):
    return classify(message)[0]["label"]
