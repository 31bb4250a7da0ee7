"""frictionless in the process of the tests, where it is not its process that is tested."""

from __future__ import annotations

import io
from typing import Any
from unittest.mock import Mock

import pytest

from returnees.conformance import worker


class HereAndNow:
    """The worker without a process of its own: many packages are judged in the time of a few."""

    returncode = 0

    class Kept(io.BytesIO):
        def close(self) -> None:
            """Stay readable: what was written is the task."""

    def __init__(self, *_: object, **__: object) -> None:
        self.task = self.Kept()
        self.stdin: Any = self.task
        self.done = False

    def communicate(self, **_: object) -> tuple[bytes, bytes]:
        """Judge once; a process is waited for a second time when it is left, and has nothing more to say."""
        if self.done or not self.task.getvalue():
            return b"", b""
        self.done = True
        self.task.seek(0)
        answer = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            # What it does to its own process is not for this one.
            patch.setattr(worker, "_confine", lambda _: None)
            patch.setattr(worker, "gc", Mock())
            patch.setattr("sys.stdin", io.TextIOWrapper(self.task))
            patch.setattr("sys.stdout", answer)
            worker.main()
        return answer.getvalue().encode(), b""

    def poll(self) -> int:
        return 0
