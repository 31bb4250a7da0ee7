"""Run hostile inputs and say what went wrong: ``python -m fuzz --inputs 1000 --seed 1``.

The inputs run in processes of their own. One that crashes, hangs or runs out of memory ends its process only; it is
counted, and the run goes on behind it. Any failure is repeated by its seed and number: ``--seed S --only N``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> int:
    """Run the command line; return 1 when any input failed."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Read hostile packages by the thousand.")
    parser.add_argument("--inputs", type=int, default=1_000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=1, help="what they are drawn with")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--only", type=int, help="run this number alone, with its traceback")
    parser.add_argument("--minutes", type=float, default=60, help="stop after this time, and say how far it came")
    parser.add_argument("--targets", default="fuzz.targets", help="the module that reads them")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only is not None:
        given.first, given.inputs = given.only, 1
    if given.worker:
        return _work(given.seed, given.first, given.first + given.inputs, given.targets)
    return _oversee(given.seed, given.first, given.first + given.inputs, given.minutes, given.targets)


def _oversee(seed: int, first: int, end: int, minutes: float, reader: str) -> int:
    """Start workers one after the other until all inputs are done; report in the end."""
    start, at, done = time.monotonic(), first, 0
    failures: Counter[str] = Counter()
    examples: dict[str, str] = {}
    outcomes: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    slowest, largest = (0.0, -1), 0.0
    while at < end and time.monotonic() - start < minutes * 60:
        command = [sys.executable, "-m", "fuzz", "--worker", f"--seed={seed}", f"--first={at}", f"--targets={reader}"]
        command.append(f"--inputs={min(end - at, 10_000)}")
        paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as worker:
            assert worker.stdout is not None and worker.stderr is not None
            for line in worker.stdout:
                news: dict[str, Any] = json.loads(line)
                at, done = news["number"] + 1, done + 1
                outcomes[f"{news['target']}: {news['outcome']}"] += 1
                spent[news["target"]] += news["seconds"]
                slowest = max(slowest, (news["seconds"], news["number"]))
                largest = max(largest, news["memory"])
                if done % 1_000 == 0:
                    print(f"{done:,} inputs, {sum(failures.values()):,} failures", file=sys.stderr, flush=True)
                if news["failure"]:
                    print(f"number {news['number']}: {news['failure']}", file=sys.stderr, flush=True)
                    failures[news["failure"]] += 1
                    examples.setdefault(news["failure"], f"--seed {seed} --only {news['number']}\n{news['detail']}")
                if time.monotonic() - start > minutes * 60:
                    worker.kill()
                    break
            else:
                if worker.wait() != 0:
                    how = f"the process ended with {worker.returncode}"
                    failures[how] += 1
                    examples.setdefault(f"{how}", f"--seed {seed} --only {at}\n{worker.stderr.read()[-3_000:]}")
                    at, done = at + 1, done + 1
    _report(done, time.monotonic() - start, outcomes, spent, slowest, largest)
    for failure, count in failures.most_common():
        print(f"FAILED {count:,} times: {failure}\n  {examples[failure]}")
    print(f"{sum(failures.values()):,} failures.")
    return 1 if failures else 0


def _report(
    done: int,
    seconds: float,
    outcomes: Counter[str],
    spent: Counter[str],
    slowest: tuple[float, int],
    largest: float,
) -> None:
    print(f"{done:,} inputs in {seconds:,.0f} s ({', '.join(f'{name} {sum_:,.0f}' for name, sum_ in spent.items())}).")
    for outcome, count in sorted(outcomes.items()):
        print(f"  {count:>7,} {outcome}")
    print(f"  slowest: {slowest[0]:.2f} s (number {slowest[1]}); most memory: {largest:,.0f} MB")


def _work(seed: int, first: int, end: int, reader: str) -> int:
    """Run inputs in this process, a line of JSON each on standard output."""
    from fuzz import guard, inputs

    targets = import_module(reader)
    guard.limit_memory()
    folder = guard.scratch()
    for name in inputs.SHARES:
        _warm(targets, folder, name)
    watchman = guard.Guard(folder)
    try:
        for number in range(first, end):
            given = inputs.make(seed, number)
            news: dict[str, Any] = {
                "number": number,
                "target": given.target,
                "outcome": "failed",
                "failure": "",
                "detail": "",
            }
            case = folder / "case"
            case.mkdir()
            start = time.monotonic()
            guard.watch()
            try:
                place = inputs.write(given, case)
                before = _state(case)
                watchman.armed = True
                news["outcome"] = targets.run(given, place, number)
                watchman.armed = False
                if (after := _state(case)) != before:
                    raise targets.Wrong(f"the input was changed: {sorted(set(before) ^ set(after))!a}")
            except (Exception, guard.Breach) as error:
                watchman.armed = False
                news["failure"], news["detail"] = _summary(error), traceback.format_exc()[-2_500:]
            guard.rest()
            shutil.rmtree(case)
            news |= {"seconds": round(time.monotonic() - start, 3), "memory": guard.largest()}
            print(json.dumps(news), flush=True)
    finally:
        watchman.armed = False
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _warm(targets: Any, folder: Path, name: str) -> None:
    """Let each target import what it imports before anybody listens."""
    from fuzz.inputs import PACKAGES, Input

    sound = {"schemas/rules.toml": (PACKAGES / "valid" / "schemas" / "rules.toml").read_bytes()}
    place = folder / "warm" / "package"
    if not place.exists():
        shutil.copytree(PACKAGES / "valid", place)
    for number in range(12 if name == "command" else 1):
        targets.run(Input(name, sound), place, number)


def _state(case: Path) -> set[tuple[str, int, int]]:
    """Return the files of a case with their size and time; what a command was told to write is not among them."""
    state = set()
    for folder, _, names in os.walk(case):
        for name in names:
            facts = os.lstat(os.path.join(folder, name))
            if not folder.startswith(str(case / "out")):
                state.add((os.path.join(folder, name), facts.st_size, facts.st_mtime_ns))
    return state


def _summary(error: BaseException) -> str:
    """Return a failure by its kind and the last place of ours in its traceback: equal ones are counted together."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "src/returnees" in frame.filename]
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}: {str(error)[:100]!a}"


if __name__ == "__main__":
    sys.exit(main())
