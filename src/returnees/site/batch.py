"""Many charts drawn at once, by as many processes as there are processors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from threading import Thread
from typing import Any

from returnees.errors import ReturneesError

#: More processes than this would wait for each other: each needs some 200 MB of memory.
_MOST = 4


class Drawing:
    """Processes that draw charts while pages are made; used as a context, so that none outlives the build."""

    def __init__(self, processes: int | None = None) -> None:
        count = processes or min(_MOST, os.cpu_count() or 1)
        command = [sys.executable, "-m", "returnees.site.charts.worker"]
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(count)
        ]
        self._threads: list[Thread] = []
        self._answers: dict[int, bytes] = {}
        self._keys: list[str] = []

    def __enter__(self) -> Drawing:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
        for thread in self._threads:
            thread.join()
        for process in self._processes[len(self._threads) :]:
            process.communicate()

    def ask(self, specifications: Mapping[str, Any]) -> None:
        """Hand over the specifications by key, and do not wait for the drawings."""
        self._keys = list(specifications)
        total = len(self._processes)
        for number, process in enumerate(self._processes):
            share = [specifications[key] for key in self._keys[number::total]]
            thread = Thread(target=self._talk, args=(number, process, share), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _talk(self, number: int, process: subprocess.Popen[bytes], share: list[Any]) -> None:
        self._answers[number], _ = process.communicate(json.dumps(share).encode("utf-8"))

    def drawn(self) -> dict[str, str]:
        """Return the drawings by key.

        Raises
        ------
        ReturneesError
            If a process did not draw all it was asked to.
        """
        found: dict[str, str] = {}
        for thread in self._threads:
            thread.join()
        total = len(self._processes)
        for number in range(total):
            keys = self._keys[number::total]
            answer = json.loads(self._answers.get(number) or b"[]")
            if len(answer) != len(keys):
                raise ReturneesError("the charts could not be drawn; what stands above says why")
            found |= dict(zip(keys, answer, strict=True))
        return found
