"""What README and the documents say is run: commands, Python, links."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]

#: Commands that other tests or the run itself already prove, and where.
ELSEWHERE = {
    "returnees site --to site": "tests/website builds the site and looks at every page",
    "scripts/test": "it runs this test",
    "scripts/lock": "test_scripts.py; it needs the newest packages",
    "python3 -m pip install .": "test_wheel.py installs the wheel",
}


def blocks(language: str) -> list[tuple[str, str]]:
    """Return every fenced block of a language, with the document's name."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        (str(document.relative_to(ROOT)), block)
        for document in DOCUMENTS
        for block in fence.findall(document.read_text(encoding="utf-8"))
    ]


def commands() -> list[str]:
    """Return every command that the documents show, once."""
    lines = [" ".join(shlex.split(line, comments=True)) for _, block in blocks("sh") for line in block.splitlines()]
    return sorted({line for line in lines if line})


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, so that commands that write leave the repository alone."""
    folder = tmp_path_factory.mktemp("documents")
    shutil.copy(ROOT / "datapackage.json", folder)
    for name in ("data", "schemas"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize("command", [command for command in commands() if command not in ELSEWHERE])
def test_commands_in_the_documents_work(command: str, checkout: Path) -> None:
    program, *arguments = shlex.split(command)
    if program.startswith("scripts/"):
        call, folder = [str(ROOT / program), *arguments], ROOT
    else:
        assert Path(program).name == "returnees", f"{command}: the documents may show only commands that a test runs"
        call, folder = [sys.executable, "-m", "returnees", *arguments], checkout
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(call, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("document", "block"), blocks("python"))
def test_python_in_the_documents_works(document: str, block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(block, document, "exec"), {"__name__": "__main__"})


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
