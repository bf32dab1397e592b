"""Trains a classifier of film reviews."""

from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments

BASE = "bert-base-uncased"


def finetune(dataset, folder):
    tokenizer = AutoTokenizer.from_pretrained(BASE)
    model = AutoModelForSequenceClassification.from_pretrained(BASE, num_labels=2)
    data = dataset.map(lambda row: tokenizer(row["text"], truncation=True))
    trainer = Trainer(model=model, args=TrainingArguments(folder), train_dataset=data)
    trainer.train()
    trainer.save_model(folder)


def reload(folder="./checkpoints/reviews"):
    return AutoModelForSequenceClassification.from_pretrained(folder)
