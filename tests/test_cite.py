"""Citations: who says it, as printed, where; in forms that other people's programs read."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from effort import tried
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pybtex.database import Entry, parse_string
from pylatexenc.latex2text import LatexNodes2Text

import returnees
from returnees.citing import FORMATS, cite
from returnees.citing.bibtex import escaped, write_bibtex
from returnees.citing.csl import write_csl
from returnees.citing.gather import Citation, PackageWork, Reading, Work
from returnees.citing.textform import write_text
from returnees.cli.cite import command
from returnees.errors import ReturneesError

ROOT = Path(__file__).parents[1]
VALID = Path(__file__).parent / "packages" / "valid"
SCHEMA = json.loads((Path(__file__).parent / "data" / "csl-data.subset.schema.json").read_text("utf-8"))

#: Read in the work itself and in others; a statement known through others; editors; a news story.
FIGURES = (
    "soufan-2017-wld-returned",
    "soufan-2017-usa-returned",
    "abc-australia-2022-10-aus-detained-women-and-minors",
)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit | ReturneesError), result.exception
    return result


@pytest.fixture(scope="module")
def package() -> returnees.Package:
    return returnees.open_package(ROOT)


@pytest.fixture(scope="module")
def sample(package: returnees.Package) -> list[str]:
    """Figures from all over the table, and one for each kind of work and of publisher."""
    figures = package.table("figures")
    sources = package.table("sources").join(package.table("publishers"), on="publisher_id", suffix="_of_publisher")
    kinds = figures.join(sources, on="source_id").unique(["kind", "kind_of_publisher"], keep="first")
    edited = figures.join(sources.filter(sources["authors"].str.contains(";|,|eds")), on="source_id")
    edited = edited.unique("source_id", keep="first", maintain_order=True).head(30)
    chosen = [*FIGURES, *figures["figure_id"][::80], *kinds["figure_id"], *edited["figure_id"]]
    return sorted(set(chosen))


def entries(text: str) -> dict[str, Entry]:
    """Return the entries as pybtex reads them; it warns of nothing that it does not raise."""
    found: dict[str, Entry] = dict(parse_string(text, "bibtex").entries.items())
    return found


def write(form: str) -> Callable[[Citation], str]:
    """Return the writer of a form."""
    return {"text": write_text, "bibtex": write_bibtex, "csl-json": write_csl}[form]


def plain(tex: str) -> str:
    """Return what TeX would print; two commands of LaTeX that this reader does not know are spelled otherwise."""
    tex = tex.replace(r"\textbraceleft{}", r"\{").replace(r"\textbraceright{}", r"\}")
    text: str = LatexNodes2Text(keep_comments=True, strict_latex_spaces=True).latex_to_text(tex)
    return text.replace("ˆ", "^")  # this reader's sign for the circumflex as a character of its own


# Text


def test_text_says_who_what_where_and_which_package(package: returnees.Package) -> None:
    text = cite(package, "soufan-2017-wld-returned")
    first, source, printed, *_, last = text.splitlines()
    assert first.startswith("Returned, World,")
    assert first.endswith("as of 2017-10: at least 5,600 persons.")
    assert "Beyond the Caliphate" in source
    assert "The Soufan Center" in source
    assert "2017-10, Key Findings. https://" in source
    assert printed == "Printed there as: “at least 5,600”, Key Findings."
    assert f"version {package.version}" in last
    assert last.endswith("Figure soufan-2017-wld-returned.")


def test_the_first_readings_are_named_and_all_on_request(package: returnees.Package) -> None:
    short = cite(package, "soufan-2017-wld-returned")
    whole = cite(package, "soufan-2017-wld-returned", most=None)
    number = package.table("readings")["figure_id"].to_list().count("soufan-2017-wld-returned")
    assert f"{number - 3} more readings" in short
    assert whole.count("Printed there as") == number
    assert "more reading" not in whole
    assert run("soufan-2017-wld-returned", str(ROOT), "--all").stdout == whole


def test_the_package_as_a_whole() -> None:
    for arguments in ([], ["."], [str(ROOT)], [str(ROOT / "datapackage.json")]):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(ROOT)
            result = run(*arguments)
        assert result.exit_code == 0
        assert result.stdout.count("\n") == 1
        assert "Figure" not in result.stdout


def test_a_package_that_says_little_of_its_works_can_be_cited() -> None:
    text = run("alpha-2017-fin-returned", str(VALID)).stdout
    assert "about 40 persons" in text
    assert "Source: “Report Alpha”, 2017-10." in text
    assert "Printed there as: “around 40”." in text
    for form in FORMATS:
        assert run("alpha-2017-fin-returned", str(VALID), "--format", form).exit_code == 0


@pytest.mark.parametrize("form", list(FORMATS))
def test_an_unknown_figure_names_the_nearest(form: str) -> None:
    error = run("alpha-2017-fin-return", str(VALID), "--format", form).exception
    assert isinstance(error, returnees.UsageError)
    assert "did you mean 'alpha-2017-fin-returned'" in str(error)


def test_what_is_no_package_and_what_has_no_figures_is_said(tmp_path: Path) -> None:
    assert "does not exist" in str(run(str(tmp_path / "nowhere")).exception)
    assert "does not exist" in str(run("nowhere.zip").exception)
    folder = shutil.copytree(VALID, tmp_path / "p")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    descriptor["resources"] = [item for item in descriptor["resources"] if item["name"] == "areas"]
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    assert "has no table 'figures'" in str(run("any", str(folder)).exception)
    assert run(str(folder)).stdout == "“example”, version 1.0.0.\n"


def farms(folder: Path, *, source: bool, key: str = "string") -> Path:
    """Make a package of one figure with coordinates of its own, numbers for names, and few tables."""
    fields = ["figure_id", *(["source_id"] if source else []), "crop_id", "as_of", "qualifier", "value", "unit"]
    types = {"figure_id": key, "value": "number"}
    schema = {
        "fields": [{"name": name, "type": types.get(name, "string")} for name in fields],
        "primaryKey": ["figure_id"],
        "foreignKeys": [{"fields": ["crop_id"], "reference": {"resource": "crops", "fields": ["id"]}}],
    }
    crops = {"fields": [{"name": "id"}, {"name": "name"}]}
    rows = f"{','.join(fields)}\n17,{'survey,' if source else ''}w,2020,about,40,hectares\n"
    for name, content in (("figures", rows), ("crops", "id,name\nw,Winter  wheat\n")):
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    resources = [
        {"name": name, "path": f"{name}.csv", "type": "table", "schema": stated}
        for name, stated in (("figures", schema), ("crops", crops))
    ]
    descriptor = {"name": "farms", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


@pytest.mark.parametrize("key", ["string", "integer"])
def test_other_coordinates_are_spelled_out_by_their_own_tables(tmp_path: Path, key: str) -> None:
    text = run("17", str(farms(tmp_path, source=True, key=key))).stdout
    assert text == (
        "Winter wheat, as of 2020: about 40 hectares.\n"
        "Source: “survey”, no date.\n"
        "Cited from: “farms”, no version. Figure 17.\n"
    )


def test_a_figure_without_a_source_is_cited_from_the_package(tmp_path: Path) -> None:
    package = str(farms(tmp_path, source=False))
    assert "Source: none is stated.\n" in run("17", package).stdout
    said = "Winter wheat, as of 2020: about 40 hectares"
    (entry,) = entries(run("17", package, "--format", "bibtex").stdout).values()
    assert said in entry.fields["note"]
    (item,) = json.loads(run("17", package, "--format", "csl-json").stdout)
    assert item["note"] == f"Figure 17; {said}"


def test_unknown_form_names_the_nearest(package: returnees.Package) -> None:
    with pytest.raises(returnees.UsageError, match="did you mean 'bibtex'"):
        cite(package, None, "bibtx")


@pytest.mark.parametrize("name", sorted(file.parent.name for file in VALID.parent.glob("*/expected.json")))
def test_any_package_is_cited_or_refused_in_a_sentence(name: str) -> None:
    broken = returnees.open_package(VALID.parent / name)
    for form in FORMATS:
        assert cite(broken, None, form)
        try:
            assert "alpha-2017-fin-returned" in cite(broken, "alpha-2017-fin-returned", form)
        except returnees.UsageError as error:
            assert "has no" in str(error)


# BibTeX


def test_bibtex_parses_and_says_the_same(package: returnees.Package, sample: list[str]) -> None:
    for figure in sample:
        found = entries(cite(package, figure, "bibtex", most=None))
        rows = package.table("readings").filter(package.table("readings")["figure_id"] == figure)
        source = package.table("figures").filter(package.table("figures")["figure_id"] == figure)["source_id"][0]
        works = {source, *rows["document_id"]}
        assert len(found) == len(works) + 1
        sources = package.table("sources").filter(package.table("sources")["source_id"].is_in(list(works)))
        titles = {" ".join(title.split()) for title in sources["title"]}
        assert titles <= {plain(entry.fields["title"]) for entry in found.values()}
        notes = " ".join(plain(entry.fields["note"]) for entry in found.values())
        assert all(" ".join(printed.split()) in notes for printed in rows["as_printed"])
        assert figure in notes
        assert all(entry.persons for entry in found.values())


def test_bibtex_of_a_report_and_of_the_package(package: returnees.Package) -> None:
    report, *_, data = entries(cite(package, "soufan-2017-wld-returned", "bibtex")).values()
    assert report.type == "techreport"
    assert [str(person) for person in report.persons["author"]] == ["Barrett, Richard"]
    assert (report.fields["year"], report.fields["month"]) == ("2017", "October")
    assert plain(data.fields["title"]) == package.descriptor["title"]
    assert data.fields["version"] == package.version


def test_editors_are_editors_and_institutions_stay_whole(package: returnees.Package) -> None:
    authors = package.table("sources").filter(package.table("sources")["authors"].str.ends_with("(eds.)"))
    source = package.table("figures").join(authors, on="source_id")["figure_id"][0]
    people = next(iter(entries(cite(package, source, "bibtex")).values())).persons
    assert "author" not in people
    assert len(people["editor"]) == 2
    data = entries(cite(package, None, "bibtex"))
    assert all(person.last_names for entry in data.values() for person in entry.persons["author"])
    assert [str(person) for person in next(iter(data.values())).persons["author"]] == ["{Returnees maintainers}"]


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Mn", "Zs", "Zl", "Zp"]) | st.just(" "),
               min_size=1, max_size=40)  # fmt: skip


@tried(200)
@given(TEXT)
def test_any_text_is_printed_as_it_stands(text: str) -> None:
    wanted = " ".join(text.split())
    # TeX joins these to one sign, as its typesetters mean it to; the parser that reads them back does so, too.
    if re.search(r"--|``|''|\?`|!`", wanted):
        return
    assert plain(escaped(text)) == wanted.replace("ˆ", "^")


@tried(100)
@given(TEXT, TEXT, TEXT, st.text(max_size=30), st.text(max_size=20))
def test_no_text_breaks_an_entry(title: str, author: str, note: str, url: str, name: str) -> None:
    work = Work(name, "report", title, "2017-10", note, url, author, "media", tuple({author, "A. B"}))
    reading = Reading(work, note, note, True, True)
    other = Reading(Work(name + "x", "document", title, "", "", url, author, ""), note, note, False, False)
    about = PackageWork(name, title, name, "", (author,), url, "", note)
    found = entries(write_bibtex(Citation(about, name, note, note, work, (reading, other))))
    assert len(found) == 3
    first = next(iter(found.values()))
    assert set(first.fields) <= {"title", "institution", "year", "month", "language", "url", "pages", "note"}
    assert first.fields["title"] == f"{{{escaped(title)}}}"


@pytest.mark.parametrize("form", list(FORMATS))
def test_no_control_character_reaches_the_terminal(form: str) -> None:
    hostile = "a\x1b[2J\u202e\x7f\x9b\ud800"
    work = Work("w", "report", hostile, "2017", hostile, f"https://x/{hostile}", hostile, hostile, (hostile,))
    reading = Reading(work, hostile, hostile, False, True)
    itself = PackageWork(hostile, hostile, hostile, hostile, (hostile,), hostile, hostile, hostile)
    made = write(form)(Citation(itself, hostile, hostile, hostile, work, (reading,)))
    assert made.encode("utf-8")
    assert not set("\x1b\u202e\x7f\x9b") & set(made)
    if form == "csl-json":
        assert json.loads(made)[0]["title"] == hostile


# CSL-JSON


def test_csl_json_has_the_shape_that_it_should(package: returnees.Package, sample: list[str]) -> None:
    validator = Draft7Validator(SCHEMA)
    for figure in [None, *sample]:
        items = json.loads(cite(package, figure, "csl-json"))
        assert [error.message for error in validator.iter_errors(items)] == []
        assert len({item["id"] for item in items}) == len(items)
        assert items[-1]["type"] == "dataset"
        assert items[-1]["version"] == package.version


def test_csl_json_carries_the_figure_and_every_reading(package: returnees.Package) -> None:
    work = json.loads(cite(package, "soufan-2017-wld-returned", "csl-json"))[0]
    assert work["locator"] == "Key Findings"
    assert work["note"].endswith("at least 5,600 persons")
    readings = package.table("readings").filter(package.table("readings")["figure_id"] == "soufan-2017-wld-returned")
    assert sorted(item["as_printed"] for item in work["custom"]["readings"]) == sorted(readings["as_printed"])


@pytest.mark.filterwarnings("ignore:The following arguments for Reference are unsupported")
def test_another_program_makes_a_bibliography_of_it(package: returnees.Package) -> None:
    from citeproc import Citation as Cited
    from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    items: list[dict[str, Any]] = json.loads(cite(package, "soufan-2017-wld-returned", "csl-json"))
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
    for item in items:
        bibliography.register(Cited([CitationItem(item["id"])]))
    text = "\n".join(str(entry) for entry in bibliography.bibliography())
    assert "Richard Barrett" in text
    assert "2017" in text
    assert "Beyond the Caliphate" in text
    assert str(package.descriptor["title"]) in text


def test_a_doi_and_a_homepage_are_cited(tmp_path: Path) -> None:
    folder = shutil.copytree(VALID, tmp_path / "p")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    descriptor |= {
        "id": "https://doi.org/10.5281/zenodo.123",
        "homepage": "https://example.org/data",
        "contributors": [
            {"title": "An Institute", "roles": ["creator"]},
            {"givenName": "Ada", "familyName": "Beispiel", "roles": ["creator"]},
            {"title": "Someone else", "roles": ["contact"]},
        ],
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    item = json.loads(run(str(folder), "--format", "csl-json").stdout)[0]
    assert (item["DOI"], item["URL"]) == ("10.5281/zenodo.123", "https://example.org/data")
    assert item["author"] == [{"literal": "An Institute"}, {"literal": "Ada Beispiel"}]
    assert "https://doi.org/10.5281/zenodo.123" in run(str(folder)).stdout
    assert "An Institute and Ada Beispiel" in run(str(folder)).stdout
