"""A few of the hostile inputs that `scripts/fuzz` makes by the hundred thousand; and its watch sees what it must."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from effort import times
from fuzz import inputs

TESTS = Path(__file__).parent


def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fuzz", *arguments], capture_output=True, text=True, timeout=times(280), check=False,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
    )  # fmt: skip


def test_a_slice_of_hostile_inputs_does_no_harm() -> None:
    done = fuzz("--inputs", str(times(200)), "--seed", "1", "--minutes", str(times(4)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n0 failures." in done.stdout


def test_the_same_seed_and_number_give_the_same_input() -> None:
    for number in range(40):
        assert inputs.make(5, number) == inputs.make(5, number)
    assert inputs.make(5, 1) != inputs.make(6, 1)


WATCHED = """
import sys, tempfile
from pathlib import Path
from fuzz import guard
folder = guard.scratch()
watchman = guard.Guard(folder)
(folder / "link").symlink_to("/etc/hostname")
(folder / "fine").write_text("x")
watchman.armed = True
open(folder / "fine").close()
for attempt in (
    lambda: open("/etc/hostname"),
    lambda: open(folder / "link"),
    lambda: open(folder / ".." / "x", "w"),
    lambda: __import__("os").listdir("/etc"),
    lambda: __import__("socket").socket(),
    lambda: __import__("subprocess").run(["true"]),
):
    try:
        attempt()
    except guard.Breach:
        print("seen")
    else:
        print("missed")
watchman.armed = False
import shutil; shutil.rmtree(folder)
"""


def test_the_watch_sees_what_is_not_allowed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
    )
    assert done.stdout.splitlines() == ["seen"] * 6, done.stderr


HARM = """
import os
from fuzz import guard, values
from fuzz.targets import Wrong, _sound

guard.SECONDS = 2

def run(given, place, number):
    if place.parent.name == "warm" or number > 6:
        return "fine"
    if number == 0:
        raise KeyError("x")
    if number == 1:
        while True:
            pass
    if number == 2:
        os.abort()
    if number == 3:
        bytearray(64 * 2**30)
    if number == 4:
        open("/etc/hostname")
    if number == 5:
        _sound(values.CANARY, "the text")
    (place.parent / "new").write_text("x")
"""


def test_each_kind_of_harm_is_a_failure_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "harm.py").write_text(HARM)
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", "--inputs", "9", "--targets", "harm"],
        capture_output=True, text=True, timeout=280, check=False,
        env=os.environ | {"PYTHONPATH": f"{TESTS}{os.pathsep}{tmp_path}"},
    )  # fmt: skip
    assert done.returncode == 1
    for words in (
        "KeyError",
        "ended with 1\n",
        "ended with -6\n",
        "MemoryError",
        "Breach",
        "tells what stands",
        "was changed",
    ):
        assert words in done.stdout, done.stdout + done.stderr
    assert "9 inputs in" in done.stdout
    assert "\n7 failures." in done.stdout
