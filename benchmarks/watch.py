"""Run a command and say what it took: ``python -I benchmarks/watch.py COMMAND ...`` prints one line of JSON.

It is a program of its own, because the system counts to a process the memory of the one that started it. What the
command prints is thrown away. Its temporary files go to a new folder, whose largest size is told; so is what the
command left there.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

#: How often is looked, in seconds. What is there for a shorter time may be missed.
PAUSE = 0.1
#: Linux counts kibibytes, macOS bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
#: Linux's number for taking in the processes whose parent has ended (prctl(2)).
_SET_CHILD_SUBREAPER = 36
#: File systems count blocks of so many bytes (stat(2)).
_BLOCK = 512


class Watch(threading.Thread):
    """Looks at this process's descendants and at a folder until told to stop, and keeps the largest it has seen."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.memory, self.disk = folder, 0, 0
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.wait(PAUSE):
            self.memory = max(self.memory, sum(map(resident, descendants(os.getpid()))))
            self.disk = max(self.disk, used(self.folder))


def descendants(process: int) -> Iterator[int]:
    """Yield the processes that `process` and its descendants have started; none where there is no /proc."""
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(number) for number in listed.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from descendants(child)


def resident(process: int) -> int:
    """Return how much memory a process holds, in bytes; nothing if it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def used(folder: Path) -> int:
    """Return how much of the disk the files below `folder` take, in bytes."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(Path(place) / name).st_blocks * _BLOCK
            except OSError:  # It was removed meanwhile.
                continue
    return total


def watched(command: list[str]) -> dict[str, float]:
    """Run the command, wait for it and for all that it leaves running, and return what they took.

    ``seconds`` is the time until the command ends; ``processor`` are the processors' seconds of all processes.
    ``memory`` is the most that any one held, in bytes, and ``together`` that all held at once, where what they share
    counts for each.
    """
    if sys.platform == "linux":
        # Else what a command starts and does not wait for, as Python does not for a virtual machine of Java, is lost.
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
        watch = Watch(Path(folder))
        watch.start()
        start = time.perf_counter()
        # Polars and Spark have folders of their own, away from TMPDIR.
        places = {"TMPDIR": folder, "POLARS_OOC_SPILL_DIR": f"{folder}/spilled", "SPARK_LOCAL_DIRS": f"{folder}/spark"}
        nowhere = subprocess.DEVNULL
        child = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, env=os.environ | places)
        code = child.wait()
        seconds = time.perf_counter() - start
        while True:
            try:
                os.wait()
            except ChildProcessError:
                break
        watch.stopping.set()
        watch.join()
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "seconds": seconds,
            "processor": spent.ru_utime + spent.ru_stime,
            "memory": spent.ru_maxrss * RSS_UNIT,
            "together": max(watch.memory, spent.ru_maxrss * RSS_UNIT),
            "disk": watch.disk,
            "left": used(Path(folder)),
            "code": code,
        }


if __name__ == "__main__":
    print(json.dumps(watched(sys.argv[1:])))
