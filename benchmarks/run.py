"""Measure what is promised, with the peers in the same run: ``python benchmarks/run.py [SECTION ...] [--million]``.

Every figure is a ratio of medians of runs that take turns, so that a slow machine is slow for both sides. Memory is the
peak of the child process as the system counts it. Exit code 1 if a promise is not kept.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cluster import leave
from engine_speed import edits, locating
from exports import exports
from generate import generate
from measuring import FRICTIONLESS, RETURNEES, Results, in_turns, run
from on_engines import engines
from on_spark import spark
from peers import peers
from reports import reports


def start_up(results: Results, _: argparse.Namespace) -> None:
    """Ask for help, against importing click."""
    helped, click = in_turns([[*RETURNEES, "--help"], [sys.executable, "-c", "import click"]], 15)
    results.add(f"`returnees --help` ({helped.seconds:.3f} s) / `import click` ({click.seconds:.3f} s)",
                helped.seconds / click.seconds, 2)  # fmt: skip


def shipped(results: Results, _: argparse.Namespace) -> None:
    """Validate the shipped package, against frictionless alone, and export it."""
    ours, peer = in_turns([[*RETURNEES, "validate", "."], [*FRICTIONLESS, "datapackage.json"]], 7)
    results.add(f"`returnees validate` ({ours.seconds:.2f} s) / `frictionless validate` ({peer.seconds:.2f} s)",
                ours.seconds / peer.seconds, 1.3)  # fmt: skip
    results.add("`returnees validate`, peak memory in MB", ours.megabytes, 200, "{:.0f}")
    with tempfile.TemporaryDirectory() as folder:
        (exported,) = in_turns([[*RETURNEES, "export", ".", "--to", f"{folder}/out", "--format", "csv,json"]], 5)
    results.add("`returnees export --format csv,json` in s", exported.seconds, 1.5)


def growth(results: Results, arguments: argparse.Namespace) -> None:
    """Go from ten thousand to a million figures: growth, memory, and frictionless on the same tables."""
    sizes = [10_000, 100_000, *([1_000_000] if arguments.million else [])]
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for size in sizes:
            package = generate(Path(folder) / str(size), size)
            (measured,) = in_turns([[*RETURNEES, "validate", str(package)]], 3 if size < 1_000_000 else 1)
            runs.append(measured)
            results.tell(f"{size:,} figures validated in s", f"{measured.seconds:.2f}")
        # Start-up and the start of frictionless are no growth: the empty run is taken off.
        small = generate(Path(folder) / "100", 100)
        (empty,) = in_turns([[*RETURNEES, "validate", str(small)]], 3)
        rise = math.log((runs[-1].seconds - empty.seconds) / (runs[0].seconds - empty.seconds))
        exponent = rise / math.log(sizes[-1] / sizes[0])
        results.add(f"growth exponent from {sizes[0]:,} to {sizes[-1]:,} figures", exponent, 1.15)
        peer = run([*FRICTIONLESS, str(package / "datapackage.json")])
        both = f"`frictionless validate` ({peer.seconds:.1f} s) / `returnees validate` ({runs[-1].seconds:.1f} s)"
        results.add(f"{both}, {sizes[-1]:,} figures", peer.seconds / runs[-1].seconds, 10, least=True)
        results.add(f"peak memory in MB, {sizes[-1]:,} figures", runs[-1].megabytes, 4000, "{:.0f}")


SECTIONS: dict[str, Callable[[Results, argparse.Namespace], None]] = {
    "start-up": start_up,
    "shipped": shipped,
    "growth": growth,
    "edits": edits,
    "locating": locating,
    "exports": exports,
    "reports": lambda results, _: reports(results, in_turns),
    "engines": engines,
    "peers": peers,
    "spark": spark,
}


def main() -> int:
    """Run the sections asked for, all by default, and print one table."""
    parser = argparse.ArgumentParser(description="Measure what is promised, with the peers in the same run.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of: {', '.join(SECTIONS)}; default: all")
    parser.add_argument("--million", action="store_true", help="go to a million figures, Spark to a million terms")
    parser.add_argument("--ten-million", action="store_true",
                        help="let engines go to ten million, Spark to as many terms, with 15 GB of disk")  # fmt: skip
    parser.add_argument("--hundred-million-terms", action="store_true",
                        help="let engines go to a hundred million terms, with 35 GB of disk")  # fmt: skip
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    # What runs in the background is ended, and what was generated is removed.
    signal.signal(signal.SIGTERM, leave)
    results = Results()
    for name in arguments.sections or SECTIONS:
        SECTIONS[name](results, arguments)
    return 0 if results.kept else 1


if __name__ == "__main__":
    sys.exit(main())
