"""The process in which frictionless judges, from its start to its answer; it needs nothing of ours to be loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any


class Judge:
    """A run of frictionless in a process of its own, which loads its libraries while others do something else.

    Used as a context: leaving it ends the process, whatever has happened.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-m", "returnees.conformance.worker"]
        # What is installed beside frictionless has no say in it, and need not be looked through.
        environment = {**os.environ, "PYDANTIC_DISABLE_PLUGINS": "__all__"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def ask(self, task: Mapping[str, Any]) -> None:
        """Hand over what is to be judged, once, and do not wait for the answer."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(task).encode("utf-8"))
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # it ended early: its exit code tells
        self._process.stdin = None

    def answer(self, patience: float) -> tuple[list[dict[str, Any]], str | None]:
        """Return the errors that frictionless found, and why there is no answer if none came in `patience` seconds."""
        try:
            output, _ = self._process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return [], f"it took more than {patience} seconds; --limit judge_seconds=... waits longer"
        if self._process.returncode != 0:
            return [], f"it stopped with exit code {self._process.returncode}"
        try:
            answer = json.loads(output)
        except ValueError:
            return [], "its answer was not understood"
        return answer["errors"], None
