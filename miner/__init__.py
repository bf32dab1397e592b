"""Collects code that may use models: one module per source, one store for what they find.

catalog of models -> queries -> hits -> files in a corpus -> verdicts -> reasons to leave a file out
"""

#: The file that makes a folder a corpus.
CORPUS = "corpus.sqlite"
