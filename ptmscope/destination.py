"""Where a result goes: standard output, or a file that appears only when it is whole."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from ptmscope.errors import Misuse
from ptmscope.export.output import Output


@contextmanager
def writing(path: str | None, *, is_binary: bool) -> Iterator[Output]:
    """The output to write to. Raises Misuse, before anything is done, where it cannot be written."""
    if path is None or path == "-":
        output = _standard_output(is_binary=is_binary)
        try:
            yield output
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at exit
            raise Misuse(f"standard output: {error.strerror or error}") from error
        return
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe: nothing to replace
            with open(path, "wb") as stream:
                yield Output(stream)
        else:
            with _replacing(os.path.realpath(path)) as output:
                yield output
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror or error}") from error


@contextmanager
def _replacing(path: str) -> Iterator[Output]:
    descriptor, partial = tempfile.mkstemp(prefix=".ptmscope-", dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield Output(stream)
        os.chmod(partial, _mode(path))
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def _mode(path: str) -> int:
    """The mode of the file to replace, else that of any new file."""
    if os.path.exists(path):
        return os.stat(path).st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _standard_output(*, is_binary: bool) -> Output:
    if not sys.stdout.isatty():
        return Output(sys.stdout.buffer)
    if is_binary:
        raise Misuse("this format is no text for a terminal: give --output FILE")
    return Output(
        sys.stdout.buffer,
        width=max(40, shutil.get_terminal_size().columns),
        colour="NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb",
        encoding=sys.stdout.encoding,
    )
