"""corpus: what is stored, what comes back, and what a killed run leaves."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from miner.corpus import Corpus, blob_hash
from miner.errors import Misuse
from miner.records import Answer, Fetched, Hit, Query, Repository

CODE = b'AutoModel.from_pretrained("gpt2")\n'
QUERY = Query("github", "search", "from_pretrained gpt2", model="gpt2", form="call")
HIT = Hit("github.com", "o/r", "a.py", blob_hash(CODE), commit="c0ffee", url="https://github.com/o/r/blob/c0ffee/a.py")


def opened(folder: Path) -> Corpus:
    return Corpus.open(folder, create=True, clock=lambda: 1000.0)


def test_names_content_as_git_does() -> None:
    assert blob_hash(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_a_query_is_asked_until_it_is_answered(tmp_path: Path) -> None:
    second = Query("github", "search", "from_pretrained gpt2", page=2, model="gpt2", form="call")
    with opened(tmp_path) as corpus:
        assert corpus.plan([QUERY, QUERY]) == 1
        assert corpus.unanswered("github") == (QUERY,)
        assert corpus.unanswered("gitlab") == corpus.unanswered("github", "repository") == ()
        corpus.answer(Answer(QUERY, total=130, hits=(HIT,), then=(second,), etag='"1"'))
        assert corpus.unanswered("github", "search") == (second,)
        assert corpus.plan([QUERY]) == 0
    with opened(tmp_path) as corpus:
        assert corpus.unanswered("github") == (second,)
        assert corpus.etag(QUERY) == '"1"'
        assert corpus.etag(second) is None
        assert corpus.reopen("github", before=1000.0) == 0
        assert corpus.reopen("github", outcome="failed", before=1001.0) == 0
        assert corpus.reopen("github", outcome="complete", before=1001.0) == 1
        assert corpus.unanswered("github") == (QUERY, second)
        assert corpus.etag(QUERY) == '"1"'


def test_content_is_fetched_once(tmp_path: Path) -> None:
    fork = Hit("github.com", "fork/r", "a.py", HIT.version)
    later = Hit("github.com", "late/r", "b.py", HIT.version)
    gone = Hit("github.com", "o/r", "gone.py", "0" * 40)
    with opened(tmp_path) as corpus:
        corpus.answer(Answer(QUERY, hits=(HIT, fork, gone, HIT)))
        assert corpus.missing("github.com") == (HIT, gone)
        assert corpus.missing("gitlab.com") == ()
        corpus.keep(HIT, CODE)
        corpus.lose(gone, "HTTP status 404")
        assert corpus.missing("github.com") == ()
        corpus.answer(Answer(Query("github", "search", "more"), hits=(later,)))
        assert corpus.missing("github.com") == ()
        files = list(corpus.files())
        assert [(file.hit, file.blob, file.size) for file in files] == [
            (hit, HIT.version, len(CODE)) for hit in (HIT, fork, later)
        ]
        assert list(corpus.files(after=files[0].key, limit=1)) == files[1:2]
        assert corpus.content(HIT.version) == CODE


def test_versions_that_are_no_hash(tmp_path: Path) -> None:
    """Where the source tells the hash only with the content, two files of one commit are two."""
    hits = tuple(Hit("gitlab.com", "g/p", path, "main") for path in ("a.py", "b.py"))
    with opened(tmp_path) as corpus:
        corpus.answer(Answer(Query("gitlab", "search", "x"), hits=hits))
        assert corpus.missing("gitlab.com") == hits
        corpus.keep(hits[0], CODE)
        assert corpus.missing("gitlab.com") == hits[1:]
        assert [file.blob for file in corpus.files()] == [blob_hash(CODE)]


def test_repository_facts(tmp_path: Path) -> None:
    facts = Repository("github.com", "o/r", "c0ffee", stars=3, fork=False, archived=True, topics=("nlp", "ü"))
    with opened(tmp_path) as corpus:
        corpus.answer(Answer(QUERY, hits=(HIT,), repositories=(Repository("github.com", "o/r", stars=1),)))
        corpus.answer(Answer(Query("github", "repository", "o/r"), repositories=(facts,)))
        corpus.answer(Answer(Query("github", "search", "z"), hits=(Hit("github.com", "un/known", "a.py", "1"),)))
        assert list(corpus.repositories()) == [facts]


def test_an_answer_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    with opened(tmp_path) as corpus:
        corpus.plan([QUERY])
        before = list(corpus.lines())
        broken = Fetched(HIT, "no bytes")  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            corpus.answer(Answer(QUERY, hits=(HIT,), files=(broken,)))
        assert list(corpus.lines()) == before


def test_misuse(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="no corpus"):
        Corpus.open(tmp_path)
    with opened(tmp_path) as corpus, pytest.raises(Misuse, match="no content"):
        corpus.content("0" * 40)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "corpus.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(Misuse, match="not a database"):
        Corpus.open(tmp_path / "other")


COLLECT = """
import sys
from miner.corpus import Corpus, blob_hash
from miner.records import Answer, Fetched, Hit, Query, Repository

def content(number):
    return b"model = load(%d)\\n" % (number % 37) * 50

with Corpus.open(sys.argv[1], create=True, clock=lambda: 0.0) as corpus:
    corpus.plan(Query("local", "search", f"q{number}") for number in range(20))
    print("ready", flush=True)
    while queries := corpus.unanswered("local", limit=7):
        for query in queries:
            number = int(query.text[1:]) * 10 + query.page
            some = range(number, number + 8)
            hits = [Hit("h", f"r{number % 5}", f"{each}.py", blob_hash(content(each))) for each in some]
            files = tuple(Fetched(hit, content(int(hit.path[:-3]))) for hit in hits[:4])
            then = (Query("local", "search", query.text, query.page + 1),) if query.page < 5 else ()
            facts = (Repository("h", f"r{number % 5}", stars=number % 5),)
            corpus.answer(Answer(query, total=8, hits=tuple(hits), files=files, then=then, repositories=facts))
    while hits := corpus.missing("h"):
        for hit in hits:
            corpus.keep(hit, content(int(hit.path[:-3])))
"""


def collect(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", COLLECT, folder], stdout=subprocess.PIPE)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    with collect(tmp_path / "whole") as process:
        process.wait()
    kills = 0
    moments = random.Random(5)
    for _ in range(6):
        with collect(tmp_path / "killed") as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(moments.uniform(0, 0.06))
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
    with collect(tmp_path / "killed") as process:
        assert process.wait() == 0
    assert kills
    with Corpus.open(tmp_path / "whole") as whole, Corpus.open(tmp_path / "killed") as killed:
        lines = list(whole.lines())
        assert len(lines) > 500
        assert list(killed.lines()) == lines
