"""Finds the answer nearest to a question."""

from sentence_transformers import CrossEncoder, SentenceTransformer

SIZES = {"small": "all-MiniLM-L6-v2", "large": "all-mpnet-base-v2"}


class Index:
    def __init__(self, answers, size="small"):
        self.model = SentenceTransformer(SIZES[size])
        self.answers = answers
        self.vectors = self.model.encode(answers)

    def nearest(self, question, count=10):
        scores = self.model.similarity(self.model.encode(question), self.vectors)[0]
        return [self.answers[i] for i in scores.argsort(descending=True)[:count]]


def rerank(question, answers):
    judge = CrossEncoder("cross-encoder/ms-marco-MiniLM-L-6-v2")
    return judge.rank(question, answers)
