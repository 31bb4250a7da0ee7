"""What all tests share: the shipped package, and programs that are not there on every machine."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from effort import times
from filelock import FileLock
from hypothesis import settings
from making import ROOT, copy_of_valid

settings.register_profile("returnees", max_examples=times(100), deadline=None)
settings.load_profile("returnees")

#: Programs beyond this Python that tests may need, and the names they go by.
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "java 17": ("java",),
    "libreoffice": ("soffice", "libreoffice"),
    "node": ("node",),
    "r": ("Rscript",),
    "another python": ("python3.13", "python3.12", "python3.11"),
    # Readers that others wrote; scripts/test-tools installs them. What is returned is the program that runs them.
    "datapackage (npm)": ("node",),
    "check-datapackage": (str(ROOT / ".venv-peers" / ("Scripts" if os.name == "nt" else "bin") / "python"),),
}

#: How the names of modules begin whose tests take long, in the order in which they are run.
LONG = (
    "test_docs.", "test_engines_spark.", "website/", "test_engines", "test_wheel.", "test_ci.", "test_scripts.",
    "test_faults.",
)  # fmt: skip

#: What shows that a reader of `PROGRAMS` is there, called with its program.
_SHOWN_BY = {
    "datapackage (npm)": ("--eval", f"require({json.dumps(str(ROOT / 'tests/readers/node_modules/datapackage'))})"),
    "check-datapackage": ("-c", "import check_datapackage"),
}


def _runs(program: str, *arguments: str) -> str | None:
    """Return what the program prints; None if it does not start, as a launcher of nothing does."""
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _pythons() -> list[str]:
    """Return the Pythons of the supported releases where pyenv keeps them."""
    versions = Path.home() / ".pyenv" / "versions"
    return [str(path) for minor in (13, 12, 11) for path in sorted(versions.glob(f"3.{minor}.*/bin/python"))]


@cache
def find_program(name: str) -> str | None:
    """Return the path of a program of `PROGRAMS` that runs here, or None."""
    candidates = [found for known in PROGRAMS[name] if (found := shutil.which(known))]
    if name != "another python":
        shown_by = _SHOWN_BY.get(name, ("--version",))
        least = int(name.split()[1]) if name.startswith("java ") else 0
        answers = ((found, _runs(found, *shown_by)) for found in candidates)
        return next((found for found, said in answers if said is not None and _release(said) >= least), None)
    # Another release than this one, that can make environments.
    question = "import ensurepip, sys, venv; print('.'.join(map(str, sys.version_info[:2])))"
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    releases = ((found, _runs(found, "-c", question)) for found in _pythons() + candidates)
    return next((found for found, release in releases if release not in (None, this)), None)


def _release(said: str) -> int:
    """Return the first number that a program prints, which is its release; 0 if it prints none."""
    found = re.search(r"\d+", said)
    return int(found[0]) if found else 0


def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores: many tests wait, for Java, a browser or a disk."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long or makes what others wait for: short tests at the end keep all processes busy."""

    def place(item: pytest.Item) -> int:
        module = item.path.relative_to(ROOT / "tests").as_posix()
        return next((number for number, name in enumerate(LONG) if module.startswith(name)), len(LONG))

    items.sort(key=place)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out, aloud, a test whose programs are missing; fail it where all must run."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            if find_program(name) is None:
                if os.environ.get("RETURNEES_REQUIRE_ALL") == "1":
                    pytest.fail(f"{name} is not installed, and RETURNEES_REQUIRE_ALL=1 asks for every test")
                pytest.skip(f"{name} is not installed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Close with the tests that did not run, and why."""
    # Told from the reports, which come here from every process that runs tests.
    missing = sorted(
        (report.longrepr[2].removeprefix("Skipped: "), report.nodeid)
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    if not missing:
        return
    terminalreporter.section("DID NOT RUN", sep="!", red=True, bold=True)
    for reason, test in missing:
        terminalreporter.write_line(f"DID NOT RUN: {test}: {reason}")
    terminalreporter.write_line("scripts/test-tools installs what is missing, but for another Python.")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository, which is the shipped package in a checkout."""
    return ROOT


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str, Callable[[Path], object]], Path]:
    """Make a folder once in a run: the process of tests that asks first makes it, and the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    place = base if worker_id == "master" else base.parent

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, unfinished = place / name, place / f"{name}-unfinished"
        with FileLock(place / f"{name}.lock"):
            if not folder.exists():
                shutil.rmtree(unfinished, ignore_errors=True)  # of one that failed
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh package, for tests to copy."""
    from returnees.starting import start

    folder = tmp_path_factory.mktemp("started") / "package"
    start(folder)
    return folder


@pytest.fixture
def frictionless_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let frictionless judge without a process of its own; that process has its tests in test_conformance.py."""
    from judging import HereAndNow

    from returnees.conformance import judge

    # Only there: other processes are started as ever.
    monkeypatch.setattr(judge, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": HereAndNow}))


@pytest.fixture(scope="session", autouse=True)
def asked_once() -> Iterator[None]:
    """Let be asked once what comes up for nearly every package of the tests, and has an answer of its own.

    That is whether descriptors have the shape that the official profiles ask for, and whether rules do what they say
    in their own examples and can hold together: the rows of a package have no part in it.
    """
    from returnees import contradictions
    from returnees.package import opening

    answers: dict[tuple[object, bytes], list[Any]] = {}

    def once_of(ask: Callable[..., Iterable[Any]], about: Callable[..., object]) -> Callable[..., list[Any]]:
        def asked(*arguments: Any) -> list[Any]:
            key = ask, pickle.dumps(about(*arguments))
            if key not in answers:
                answers[key] = list(ask(*arguments))
            return list(answers[key])

        return asked

    def of_rules(setting: Any) -> object:
        return setting.profile, setting.rules, setting.about, setting.rule_file

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "conforms", once_of(opening.conforms, lambda *stated: stated))
        for name in ("example_findings", "contradictory_rules"):
            patch.setattr(contradictions, name, once_of(getattr(contradictions, name), of_rules))
        yield


@pytest.fixture(scope="session")
def known_checks() -> dict[object, Any]:
    """What our own checks have found, by all that they look at."""
    return {}


@pytest.fixture
def checked_once(known_checks: dict[object, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the same files and rows be checked once in all tests that ask for it, where it is writing that is tested."""
    from making import files_of

    from returnees import checking
    from returnees.adding import plan

    check = checking.check

    def checked(package: Any, *arguments: Any, **options: Any) -> Any:
        files = frozenset(files_of(package.root).items())
        rows = tuple(table.raw.text.write_csv() for table in package.tables.values())
        about = (files, rows, tuple(package.findings), arguments, frozenset(options.items()))
        if about not in known_checks:
            known_checks[about] = check(package, *arguments, **options)
        return known_checks[about]

    monkeypatch.setattr(checking, "check", checked)
    monkeypatch.setattr(plan, "check", checked)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the small valid package, to change."""
    return copy_of_valid(tmp_path / "copy")


@pytest.fixture(scope="session")
def shipped_exports(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A folder with the shipped package in every format."""
    from returnees.export import FORMATS, export
    from returnees.package.opening import open_package

    return once("shipped-exports", lambda folder: export(open_package(ROOT), folder, FORMATS))


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Return the path of a program that the test's ``needs`` marker names."""

    def path(name: str) -> str:
        found = find_program(name)
        assert found is not None, f"mark the test with needs({name!r})"
        return found

    return path
