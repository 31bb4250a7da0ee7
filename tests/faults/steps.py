"""Each step by which files are changed, stopped at: by an error, by the end of the process."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from making import Files

#: Every way in which `returnees` changes what is on the disk goes through one of these.
STEPS = [
    (tempfile, "mkstemp"), (os, "fsync"), (os, "replace"), (os, "chmod"), (os, "unlink"), (os, "mkdir"),
    (Path, "write_bytes"),
]  # fmt: skip


@contextmanager
def stopped_at(step: int, stop: Callable[[], None]) -> Iterator[list[str]]:
    """Call `stop` when step number `step` is reached, before it is taken; give the names of the steps as they come."""
    taken: list[str] = []

    def stepping(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            taken.append(name)
            if len(taken) - 1 == step:
                stop()
            return original(*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for place, name in STEPS:
            patch.setattr(place, name, stepping(name, getattr(place, name)))
        yield taken


def no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupted() -> None:
    raise KeyboardInterrupt


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def without_unfinished(files: Files) -> Files:
    """Leave out what a process that was killed could not clear away: files whose names say that they are a part."""
    return {name: content for name, content in files.items() if not name.endswith(".part")}
