"""Exports measured: every format of the shipped package, and a large one against frictionless writing the same CSV."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from generate import generate
from measuring import RETURNEES, Results, in_turns, run

FORMATS = "csv,json,ndjson,xlsx,parquet,sqlite,duckdb"
#: Both sides read the one table by its schema and write it; neither checks more than that.
FRICTIONLESS = """
import sys
from frictionless import Package
Package(sys.argv[1]).get_resource("figures").write(sys.argv[2])
"""
OURS = """
import sys
from pathlib import Path
from returnees import open_package
from returnees.export import export
export(open_package(sys.argv[1]), Path(sys.argv[2]), [sys.argv[3]], ["figures"])
"""


def exports(results: Results, arguments: argparse.Namespace) -> None:
    """Export the shipped package in every format, and many figures as CSV, JSON lines and Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*RETURNEES, "export", "--allow-invalid", "--to", f"{folder}/out"]
        (shipped,) = in_turns([[*command, ".", "--format", FORMATS]], 5)
        results.add("`returnees export` of all formats in s", shipped.seconds, 5)
        size = 1_000_000 if arguments.million else 100_000
        package = generate(Path(folder) / "package", size)
        peer = run([sys.executable, "-c", FRICTIONLESS, str(package / "datapackage.json"), f"{folder}/peer.csv"])
        for form in ("csv", "ndjson", "parquet"):
            ours = run([sys.executable, "-c", OURS, str(package), f"{folder}/out", form])
            what = f"frictionless writing CSV ({peer.seconds:.1f} s) / writing {form} ({ours.seconds:.1f} s)"
            results.add(f"{what}, {size:,} figures", peer.seconds / ours.seconds, 1, least=True)
        # The command checks everything before it writes; what writing itself holds is what is more than that.
        checked = run([*RETURNEES, "validate", str(package)])
        whole = run([*command, str(package), "--format", "csv,ndjson,parquet"])
        what = f"peak memory of `returnees export` / of `returnees validate` ({checked.megabytes:.0f} MB)"
        results.add(f"{what}, {size:,} figures", whole.megabytes / checked.megabytes, 1.1)
