"""Another project's code: left out, and counted."""

from transformers import AutoModel

model = AutoModel.from_pretrained("distilbert-base-uncased")
