"""What README and the documents say is run: commands, Python, links."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from engines import BRIEF
from making import ROOT, copy_of_shipped

from returnees.cli import main

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]

#: The document whose snippets read what its commands write.
USING = "docs/using.md"

#: Commands that other tests or the run itself already prove, and where.
ELSEWHERE = {
    "returnees site --to site": "tests/website builds the site and looks at every page",
    "scripts/test": "it runs this test",
    "scripts/lock": "test_scripts.py; it needs the newest packages",
    "python3 -m pip install .": "test_wheel.py installs the wheel",
    ".venv/bin/returnees add": "test_add.py answers its questions",
    "python3 -m pytest my-package": "test_testing.py and test_new.py run the tests of a fresh package",
    "python3 -m pytest my-package --returnees-fail-on warning": "test_testing.py",
}


def blocks(language: str) -> list[tuple[str, str]]:
    """Return every fenced block of a language, with the document's name."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        (str(document.relative_to(ROOT)), block)
        for document in DOCUMENTS
        for block in fence.findall(document.read_text(encoding="utf-8"))
    ]


def commands(document: Path) -> list[list[str]]:
    """Return the commands of a document as words; a backslash at the end of a line leads on to the next."""
    name = str(document.relative_to(ROOT))
    text = "".join(block for owner, block in blocks("sh") if owner == name)
    lines = text.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@cache
def script(command: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the repository, once in all documents."""
    program, *arguments = shlex.split(command)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    call = [str(ROOT / program), *arguments]
    return subprocess.run(call, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True)


def returnees_in(folder: Path, *arguments: str) -> Result:
    """Run the command line in a folder; `script` starts it as a program."""
    with contextlib.chdir(folder):
        return CliRunner().invoke(main, list(arguments), prog_name="returnees")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the package for each document, so that what it writes leaves the repository and the others alone."""
    return copy_of_shipped(tmp_path)


@pytest.mark.usefixtures("frictionless_here", "checked_once")
@pytest.mark.parametrize("document", [file for file in DOCUMENTS if commands(file)], ids=lambda file: file.name)
def test_commands_in_the_documents_work(document: Path, checkout: Path, request: pytest.FixtureRequest) -> None:
    """The commands of a document are run in order and in one place, as a reader would."""
    if document == ROOT / USING:
        request.getfixturevalue("exported")  # they are run there, for what the snippets read
        return
    for program, *arguments in commands(document):
        command = shlex.join([program, *arguments])
        if command in ELSEWHERE:
            continue
        if program.startswith("scripts/"):
            done = script(command)
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        else:
            assert Path(program).name == "returnees", (
                f"{command}: the documents may show only commands that a test runs"
            )
            result = returnees_in(checkout, *arguments)
            assert result.exit_code == 0, f"{command}\n{result.output}{result.exception or ''}"


def run_all_of_using(folder: Path) -> None:
    copy_of_shipped(folder)
    for _, *arguments in commands(ROOT / USING):
        result = returnees_in(folder, *arguments)
        assert result.exit_code == 0, f"{arguments}\n{result.output}"


@pytest.fixture(scope="session")
def exported(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A folder with a copy of the package in which the commands of docs/using.md were run."""
    return once("using", run_all_of_using)


@pytest.mark.parametrize(("document", "block"), blocks("python"))
def test_python_in_the_documents_works(
    document: str, block: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(request.getfixturevalue("exported") if document == USING else ROOT)
    exec(compile(block, document, "exec"), {"__name__": "__main__", "__file__": str(ROOT / document)})


@pytest.mark.parametrize(("document", "block"), blocks("sql"))
def test_sql_in_the_documents_works(document: str, block: str, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    monkeypatch.chdir(exported)
    with duckdb.connect() as connection:
        for statement in duckdb.extract_statements(block):
            rows = connection.execute(statement).fetchall()
            assert rows or statement.type != duckdb.StatementType.SELECT


@pytest.mark.parametrize(
    ("language", "tool", "arguments", "block"),
    [
        pytest.param(language, tool, arguments, block, marks=pytest.mark.needs(tool))
        for language, tool, arguments in (("js", "node", ["-e"]), ("r", "r", ["-e"]))
        for _, block in blocks(language)
    ],
)
def test_other_languages_in_the_documents_work(
    language: str, tool: str, arguments: list[str], block: str, program: Callable[[str], str], exported: Path
) -> None:
    done = subprocess.run([program(tool), *arguments, block], cwd=exported, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.needs("java 17")
@pytest.mark.parametrize("block", [block for owner, block in blocks("bash") if owner == "docs/spark.md"])
def test_clusters_in_the_documents_work(block: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = ["bash", "-e", "-u", "-c", block]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": path, "JAVA_TOOL_OPTIONS": BRIEF}, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "0 errors" in done.stdout


def test_the_public_module_s_examples_work(monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    import returnees

    monkeypatch.chdir(ROOT)
    result = doctest.testmod(returnees)
    assert result.attempted and not result.failed


def test_readme_names_every_command() -> None:
    from returnees.cli import COMMANDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `returnees ([a-z-]+)` \|", readme, re.MULTILINE))
    assert named == set(COMMANDS)


def test_readme_states_the_headline_figures_as_the_data_do() -> None:
    import polars as pl

    import returnees

    figures = returnees.open_package(ROOT).table("figures")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for words, figure, field in (
        ("at least 5,600 people", "soufan-2017-wld-returned", "low"),
        ("33 countries", "soufan-2017-wld-countries-with-returnees", "value"),
        ("about 5,000 travelled", "soufan-2017-eu-travelled", "value"),
        ("about 30 %", "soufan-2017-eu-share-returned", "value"),
        ("129 travelled", "soufan-2017-usa-travelled", "value"),
        ("7 returned", "soufan-2017-usa-returned", "value"),
    ):
        assert words in readme
        number = float(re.sub(r"[^0-9]", "", words))
        assert float(figures.filter(pl.col("figure_id") == figure)[field].item()) == number


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    missing = [target for target in targets if target and not (document.parent / target).exists()]
    assert not missing


def test_the_citation_file_agrees_with_the_descriptor() -> None:
    import json

    import yaml

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    descriptor = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    assert citation["title"] == descriptor["title"]
    assert [author["name"] for author in citation["authors"]] == [who["title"] for who in descriptor["contributors"]]
    assert citation["license"] == descriptor["licenses"][0]["name"]


def test_the_changelog_is_kept() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
