"""The peers measured: those who check tables, on the same package in one run, beside `validate` on each engine."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from generate import generate
from measuring import FRICTIONLESS, ROOT, Results, Run, run
from on_engines import ways

SIZE, MILLION = 100_000, 1_000_000


@dataclass(frozen=True)
class Peer:
    """A program, what it is given beside the package, and which of our checks it does."""

    name: str
    command: tuple[str, ...]
    descriptor: bool
    does: str


def row_checks(peer: str, name: str) -> Peer:
    """Return a peer of `peer_checks`."""
    command = (sys.executable, str(ROOT / "benchmarks" / "peer_checks.py"), peer)
    return Peer(name, command, False, "figures and readings only: no foreign keys, no checks between fields, no rules")


PEERS = (
    Peer("`frictionless validate`", tuple(FRICTIONLESS), True, "all tables, foreign keys too: no rules"),
    row_checks("pandera", "pandera on pandas"),
    row_checks("pointblank-polars", "pointblank on Polars"),
    row_checks("pointblank-duckdb", "pointblank on DuckDB"),
)


def peers(results: Results, arguments: argparse.Namespace) -> None:
    """Check packages by each peer, and validate them on each engine."""
    for size in (SIZE, *([MILLION] if arguments.million else ())):
        with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
            package = generate(Path(folder), size)
            ours = {name: found.run for name, found in ways(package, size)}
            for name, own in ours.items():
                results.tell(f"`validate`, everything: {name}, {size:,} figures", took(own))
            for peer in PEERS:
                theirs = run([*peer.command, str(package / "datapackage.json" if peer.descriptor else package)])
                results.tell(f"{peer.name}, {size:,} figures ({peer.does})", took(theirs))
                by_clock = (f"{name} {theirs.seconds / own.seconds:.2f}" for name, own in ours.items())
                results.tell(f"{peer.name} / `validate`, by the clock", "; ".join(by_clock))
                of_processors = (f"{name} {theirs.processor / own.processor:.2f}" for name, own in ours.items())
                results.tell(f"{peer.name} / `validate`, processors", "; ".join(of_processors))


def took(found: Run) -> str:
    """Return in words what a run took."""
    return f"{found.seconds:.1f} s, {found.processor:.1f} s of processors, {found.together:,.0f} MB"
