"""Asks the Hugging Face Hub about models, one by one or for all there are. The only importer of huggingface_hub.

Which Hub is asked, and with whose token, is the client's matter: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from miner import catalog
from miner.errors import Misuse
from miner.records import CatalogModel, HubModel

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ExpandModelProperty_T

try:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError
except ImportError as missing:
    raise Misuse("the Hub needs huggingface_hub: pip install 'ptmscope[hub]'") from missing

#: Requests at a time.
PARALLEL = 8

#: Seconds that a request may take.
TIMEOUT = 10.0

#: Requests for one model, the first included, and seconds before the second; doubled each time.
ATTEMPTS = 3
BACKOFF = 0.5

#: Seconds that the Hub may ask to wait; if it wants more, the model stays unanswered.
LONGEST_WAIT = 60.0

#: Models unanswered in a row, after which no more are asked.
FAILURES = 3

#: What is asked for.
FIELDS = ("downloads", "gated", "lastModified", "private", "sha", "tags")

#: What is asked for in lists.
LISTED: tuple[ExpandModelProperty_T, ...] = (
    *("cardData", "createdAt", "downloads", "gated", "lastModified", "library_name", "likes", "pipeline_tag"),
    *("sha", "siblings", "tags"),
)

#: What the Hub says to a token that is none.
BAD_TOKEN = "Invalid credentials in Authorization header"  # noqa: S105

#: Answers that another try may change.
PASSING = {408, 429, 500, 502, 503, 504}


def ask(names: Iterable[str]) -> tuple[dict[str, HubModel], str | None]:
    """(name in lower case -> what the Hub says; why answers are missing, if so)."""
    wanted = tuple(names)
    asking = _Asking(HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None))
    with ThreadPoolExecutor(PARALLEL) as threads:
        answers = dict(zip((name.lower() for name in wanted), threads.map(asking.model, wanted), strict=True))
    found = {name: answer for name, answer in answers.items() if answer is not None}
    missing = len(wanted) - len(found)
    if not missing:
        return found, None
    return found, f"{asking.client.endpoint} gave no answer for {missing} of {len(wanted)} models: {asking.problem}"


def listed(*, filters: Iterable[str] = (), limit: int | None = None) -> Iterator[CatalogModel]:
    """The models of the Hub, most downloaded first, each once; `filters` are tags that the Hub itself selects by.

    The client asks a page again where an error may pass. Raises Misuse where it gives up.
    """
    client = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    seen: set[str] = set()  # pages move while they are read
    try:
        found = client.list_models(filter=list(filters), sort="downloads", limit=limit, expand=list(LISTED))
        for info in found:
            if info.id not in seen:
                seen.add(info.id)
                yield catalog.model(info.id, _record(info))
    except Exception as error:  # the client lets the errors of its transport through, which vary by release
        raise Misuse(f"{client.endpoint} gave no list of models: {_reason(error)}") from error


def _record(info: Any) -> dict[str, Any]:
    """The record that the client made this of."""
    files = None if info.siblings is None else [{"rfilename": file.rfilename} for file in info.siblings]
    card = None if info.card_data is None else {"license": info.card_data.get("license")}
    given = {**vars(info), "siblings": files, "cardData": card}
    given.update(createdAt=info.created_at, lastModified=info.last_modified)
    return {name: value for name, value in given.items() if value is not None}


class _Asking:
    """One run of questions: a wait that the Hub asks for holds for all threads."""

    __slots__ = ("client", "failures", "lock", "problem", "resume")

    def __init__(self, client: Any) -> None:
        self.client = client
        self.lock = threading.Lock()
        self.failures = 0  # in a row
        self.problem = ""
        self.resume = 0.0  # when the next request may start

    def model(self, name: str) -> HubModel | None:
        """What the Hub says; None where it gives no answer."""
        for attempt in range(ATTEMPTS):
            if self.failures >= FAILURES:
                return None
            time.sleep(max(0.0, self.resume - time.monotonic()))
            try:
                answer = self._answer(name)
            except Exception as error:  # the client lets the errors of its transport through, which vary by release
                wait = _wait(error, attempt)
                if attempt + 1 == ATTEMPTS or wait is None:
                    self._fail(error)
                    return None
                self._hold(wait, is_for_all=_status(error) == 429)
            else:
                self.failures = 0
                return answer
        return None

    def _answer(self, name: str) -> HubModel:
        try:
            return _model(self.client.model_info(name, timeout=TIMEOUT, expand=list(FIELDS)))
        except GatedRepoError:
            return HubModel(exists=True, id=name, gated=True)
        except HfHubHTTPError as error:
            if not _is_missing(error):
                raise
            return HubModel(exists=False)

    def _hold(self, seconds: float, *, is_for_all: bool) -> None:
        if is_for_all:
            with self.lock:
                self.resume = max(self.resume, time.monotonic() + seconds)
        else:
            time.sleep(seconds)

    def _fail(self, error: Exception) -> None:
        with self.lock:
            self.failures += 1
            self.problem = _reason(error)


def _is_missing(error: Any) -> bool:
    """404; or 401, which those without the right to know get too, unless it is about the token itself."""
    told = error.response.headers.get("X-Error-Message")
    return _status(error) == 404 or (_status(error) == 401 and told != BAD_TOKEN)


def _model(info: Any) -> HubModel:
    licenses = (tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:"))
    return HubModel(
        exists=True,
        id=info.id,
        sha=info.sha,
        license=next(licenses, None),
        gated=info.gated,
        private=info.private,
        downloads=info.downloads,
        last_modified=info.last_modified.isoformat() if info.last_modified else None,
    )


def _wait(error: Exception, attempt: int) -> float | None:
    """Seconds until another try makes sense; None: never, or too late."""
    status = _status(error)
    if status is None:
        return BACKOFF * 2.0**attempt
    if status not in PASSING:
        return None
    asked = _asked_to_wait(error)
    seconds = BACKOFF * 2.0**attempt if asked is None else asked
    return seconds if seconds <= LONGEST_WAIT else None


def _asked_to_wait(error: Any) -> float | None:
    """What `Retry-After: 5` or `RateLimit: "api";r=0;t=5` says."""
    headers = error.response.headers
    if (after := (headers.get("Retry-After") or "").strip()).isdecimal():
        return float(after)
    for limit in (headers.get("RateLimit") or "").split(","):
        told = dict(part.strip().partition("=")[::2] for part in limit.split(";")[1:])
        if told.get("r") == "0" and told.get("t", "").isdecimal():
            return float(told["t"])
    return None


def _status(error: Any) -> int | None:
    """The HTTP status of an answer; None: there was no answer."""
    return int(error.response.status_code) if isinstance(error, HfHubHTTPError) else None


def _reason(error: Exception) -> str:
    status = _status(error)
    if status is not None:
        return f"HTTP status {status}"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}".removesuffix(": ")
