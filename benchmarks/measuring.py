"""What is measured of a command, and the table that the results are printed as."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
RETURNEES = [str(BIN / "returnees")]
FRICTIONLESS = [str(BIN / "frictionless"), "validate"]
WATCH = [sys.executable, "-I", str(ROOT / "benchmarks" / "watch.py")]
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Run:
    """What a command and all that it started took.

    ``seconds`` by the clock until it ended, ``processor`` seconds of all processes, the most ``megabytes`` of memory
    that any one of them held, and that they held ``together``, and the most megabytes of ``disk`` that their temporary
    files took.
    """

    seconds: float
    megabytes: float
    code: int
    processor: float
    together: float
    disk: float


def run(command: Sequence[str], folder: Path = ROOT, environment: Mapping[str, str] | None = None) -> Run:
    """Run a command and measure it; what it prints is thrown away. `environment` is added to that of this process.

    Raises
    ------
    SystemExit
        If the command could not do its job, or leaves temporary files behind.
    """
    around = {**os.environ, **(environment or {})}
    done = subprocess.run([*WATCH, *command], cwd=folder, stdout=subprocess.PIPE, check=True, env=around)
    found = json.loads(done.stdout)
    told = " ".join(command)
    if found["code"] not in (0, 1):
        raise SystemExit(f"benchmarks: {told} ended with {found['code']}")
    if found["left"]:
        raise SystemExit(f"benchmarks: {told} left {found['left']:,} bytes in its temporary folder")
    memory, together, disk = (found[name] / MEGABYTE for name in ("memory", "together", "disk"))
    return Run(found["seconds"], memory, found["code"], found["processor"], together, disk)


def in_turns(commands: Sequence[Sequence[str]], repeats: int) -> list[Run]:
    """Run the commands in turns, after one warm-up of each, and return the median of each."""
    runs: list[list[Run]] = [[] for _ in commands]
    for turn in range(repeats + 1):
        for place, command in enumerate(commands):
            measured = run(command)
            if turn:
                runs[place].append(measured)
    return [
        Run(
            statistics.median(item.seconds for item in each),
            max(item.megabytes for item in each),
            each[-1].code,
            statistics.median(item.processor for item in each),
            max(item.together for item in each),
            max(item.disk for item in each),
        )
        for each in runs
    ]


class Results:
    """The lines of the table, and whether each promise is kept."""

    def __init__(self) -> None:
        self.kept = True
        print("| what | measured | promised | |\n|---|---|---|---|", flush=True)

    def add(self, what: str, measured: float, limit: float, form: str = "{:.2f}", least: bool = False) -> None:
        """Print one line: `limit` is the most, or the least, that `measured` may be."""
        kept = measured >= limit if least else measured <= limit
        self.kept &= kept
        bound = f"at {'least' if least else 'most'} {form.format(limit)}"
        print(f"| {what} | {form.format(measured)} | {bound} | {'kept' if kept else 'NOT KEPT'} |", flush=True)

    def tell(self, what: str, measured: str) -> None:
        """Print one line of what nothing is promised of."""
        print(f"| {what} | {measured} | | |", flush=True)
