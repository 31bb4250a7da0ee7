"""A command that is stopped ends at once, whatever it is doing, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "packages" / "valid"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the system has no such signals")

#: Validates with an engine, and says that the rules are about to be laid. There it waits: in Python, in a query of
#: DuckDB, or in one of Polars, each of which would take minutes; or where Ctrl-C comes to nothing, as it does when
#: DuckDB is just about to begin a query.
WAITING = """
import sys, time
from returnees.engines import holding, judging, choosing
holding.SMALL = 0
engine, where = sys.argv[2:]
choosing.memory = lambda: 0
def waiting(engine, *_):
    print("laying", flush=True)
    if where == "Python":
        time.sleep(60)
    elif where == "what swallows it":
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            time.sleep(60)
    elif where == "DuckDB":
        engine._run("CREATE TABLE long AS SELECT sum(a.i * b.i % 7) FROM range(9000000) a(i), range(9000000) b(i)")
    else:
        import polars as pl
        one = pl.LazyFrame({"a": range(100_000)})
        one.join(one.rename({"a": "b"}), how="cross").select((pl.col("a") * pl.col("b") % 7).sum()).collect()
judging.terms_of_all = waiting
import returnees.cli
returnees.cli.main(["validate", sys.argv[1], "--engine", engine], prog_name="returnees")
"""


@pytest.mark.parametrize(
    ("engine", "where", "name", "code", "pause"),
    [
        ("duckdb", "Python", "SIGINT", 1, 0), ("duckdb", "Python", "SIGTERM", 143, 0),
        ("polars", "Python", "SIGHUP", 129, 0), ("duckdb", "DuckDB", "SIGTERM", 143, 1),
        ("duckdb", "DuckDB", "SIGINT", 1, 1), ("polars", "Polars", "SIGTERM", 143, 1),
        ("polars", "Polars", "SIGINT", 1, 1), ("duckdb", "what swallows it", "SIGINT", 1, 0),
    ],
)  # fmt: skip
def test_what_is_stopped_leaves_nothing_behind(
    tmp_path: Path, engine: str, where: str, name: str, code: int, pause: float
) -> None:
    command = [sys.executable, "-c", WAITING, str(PACKAGE), engine, where]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "POLARS_MAX_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "laying\n"
    assert list(tmp_path.iterdir())
    time.sleep(pause)  # until a query has begun
    process.send_signal(getattr(signal, name))
    try:
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == code
    assert (output, errors.strip()) == ("", "Aborted!" if name == "SIGINT" else "")
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_was_unpacked_is_removed_when_the_command_is_stopped(tmp_path: Path) -> None:
    """Not only engines keep something for the time being."""
    import shutil

    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", PACKAGE)
    room = tmp_path / "room"
    room.mkdir()
    code = (
        "import sys, time, returnees.comparing as one, returnees.cli\n"
        "def waiting(*_, **__): print('waiting', flush=True); time.sleep(60)\n"
        "one.compare = waiting\n"
        "returnees.cli.main(['compare', sys.argv[1]], prog_name='returnees')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, packed], env={**os.environ, "TMPDIR": str(room)}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "waiting\n"
    assert list(room.iterdir())
    process.terminate()
    assert process.wait(60) == 143
    assert list(room.iterdir()) == []


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As ``nohup`` has it, whose command goes on when the terminal is closed."""
    code = (
        "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from returnees.cli.stopping import stopping\n"
        "with stopping(): os.kill(os.getpid(), signal.SIGHUP)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
