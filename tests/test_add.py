"""``returnees add`` with options: what is checked, what is proposed, and packages of other fields."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest
from adding import FIGURE, add, add_figure, table
from click.testing import CliRunner
from making import ROOT, VALID, files_of

import returnees
from returnees.adding.naming import propose
from returnees.cli import main
from returnees.consistency.profile import Profile
from returnees.package.opening import open_package
from returnees.tidying import tidying

pytestmark = pytest.mark.usefixtures("checked_once")


@pytest.fixture
def package(started: Path, tmp_path: Path) -> Path:
    return shutil.copytree(started, tmp_path / "package")


# With options.


def test_a_figure_and_its_reading_are_written_and_the_package_stays_sound(package: Path) -> None:
    result = add_figure(package)
    assert result.exit_code == 0, result.stderr
    row = "ministry-2025-xaa-quit-women,ministry-2025,XAA,quit,women,2024-12-31,about,30,,,persons,official,"
    assert f"data/figures.csv:8\n+ {row}\n" in result.stdout
    assert "The new rows bring no finding." in result.stdout
    assert (package / "data" / "figures.csv").read_text("utf-8").splitlines()[7] == row
    read = table(package, "readings").filter(pl.col("figure_id") == "ministry-2025-xaa-quit-women").row(0, named=True)
    assert (read["as_printed"], read["qualifier"], read["value"]) == ("environ 30", "about", 30)
    assert returnees.validate(package, conformance=False).findings == ()
    assert tidying(open_package(package)).changes == ()
    assert not [name for name in files_of(package) if ".part" in name]


def test_what_is_missing_is_named_in_one_sentence_and_nothing_is_written(package: Path) -> None:
    before = files_of(package)
    result = add(package, source="ministry-2025", area="XAA", qualifier="range", low="3")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "returnees: --measure, --population, --as-of, --high, --basis, --document and --as-printed are missing; "
        "give them, or run this at a terminal to be asked\n"
    )
    assert files_of(package) == before


def test_codes_are_found_by_name_and_in_any_case(package: Path) -> None:
    result = add(package, **{name: text for name, text in FIGURE.items() if name != "value"} | {
        "area": "country a", "qualifier": "At least", "low": "30"})  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "XAA,quit,women,2024-12-31,at_least,,30,," in result.stdout


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"area": "Countri B"}, "there is no area 'Countri B'; did you mean XAB (Country B)"),
        ({"qualifier": "abut"}, "there is no qualifier 'abut'; did you mean about?"),
        ({"value": "1,000"}, "--value: '1,000' in 'value' is not a number such as 129"),
        ({"value": "-3"}, "--value: '-3.0' in 'value' is below 0"),
        ({"as-of": "31.12.2024"}, "does not match"),
        ({"figure": "Not An Id"}, "--figure: 'Not An Id' in 'figure_id' does not match"),
        ({"sorce": "x"}, "--sorce is no field that can be added; did you mean 'source'? 'returnees add --fields'"),
        ({"source": "ministry-2024"}, "To add it as a new one, give --source-publisher, --source-kind, --source-title"),
    ],
)
def test_a_wrong_answer_is_said_with_what_was_expected(package: Path, changed: dict[str, str], words: str) -> None:
    before = files_of(package)
    result = add_figure(package, **changed)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert files_of(package) == before


def test_new_errors_are_not_written_unless_told_to(package: Path) -> None:
    before = files_of(package)
    result = add_figure(package, population="men", value="400", as_printed="environ 400")
    assert result.exit_code == 1
    assert "F201" in result.stdout and "those who finished and those who quit exceed" in result.stdout.lower()
    assert "Nothing was written; --allow-errors" in result.stderr
    assert files_of(package) == before
    assert add_figure(package, "--allow-errors", population="men", value="400", as_printed="environ 400").exit_code == 0
    assert "ministry-2025-xaa-quit-men" in table(package, "figures")["figure_id"].to_list()


def test_only_findings_that_the_new_rows_bring_are_shown(package: Path) -> None:
    figures = package / "data" / "figures.csv"
    figures.write_text(figures.read_text("utf-8").replace("exact,205", "exact,350"), "utf-8")
    tidying(open_package(package)).write()
    assert not returnees.validate(package, conformance=False).valid
    result = add_figure(package, source="institute-2025", area="XAA", population="men", as_of="2024")
    assert result.exit_code == 0
    assert "The new rows bring no finding." in result.stdout
    # It comes before the others in the file, so the lines of their findings move; they are still not new.
    assert "data/figures.csv:2\n" in result.stdout


def test_dry_run_shows_and_writes_nothing(package: Path) -> None:
    before = files_of(package)
    result = add_figure(package, "--dry-run")
    assert result.exit_code == 0
    assert "ministry-2025-xaa-quit-women" in result.stdout
    assert add_figure(package, "--dry-run", population="men", value="400").exit_code == 1
    assert files_of(package) == before


def test_a_further_reading_of_a_figure_that_is_there(package: Path) -> None:
    figure = "ministry-2025-xaa-finished"
    result = add(package, figure=figure, document="institute-2025", as_printed="over 200",
                 reading_qualifier="more_than", reading_low="200", locator="p. 5")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert f"+ {figure},institute-2025,over 200,more_than,,200,,p. 5," in result.stdout
    assert "F308" in result.stdout
    assert "data/figures.csv" not in result.stdout.split("The new rows")[0]
    same = add(package, figure=figure, document="institute-2025", as_printed="205")
    assert f"+ {figure},institute-2025,205,exact,205,,,," in same.stdout
    again = add(package, figure=figure, document="institute-2025", as_printed="205")
    assert again.exit_code == 1 and "F136" in again.stdout


def test_fields_of_a_figure_that_is_there_are_not_changed(package: Path) -> None:
    result = add(package, figure="ministry-2025-xaa-finished", document="institute-2025", as_printed="9", value="9")
    assert result.exit_code == 2
    assert "is not changed, so --value cannot be given" in result.stderr


def test_the_same_coordinates_are_the_same_figure(package: Path) -> None:
    result = add_figure(package, measure="finished", population="all")
    assert result.exit_code == 2
    assert "This figure is already there: ministry-2025-xaa-finished, 205. To add a further reading" in result.stderr


def test_a_source_and_a_publisher_that_are_not_known_yet_come_along(package: Path) -> None:
    result = add_figure(
        package, source="agency-2025", source_publisher="agency", source_publisher_name="Example Agency",
        source_publisher_kind="other", source_kind="report", source_title="A report, with a comma",
        source_published="2025", document="agency-2025",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "agency-2025-xaa-quit-women,agency-2025," in result.stdout
    assert "Example Agency" in table(package, "publishers")["name"].to_list()
    assert "A report, with a comma" in table(package, "sources")["title"].to_list()
    assert returnees.validate(package, conformance=False).findings == ()


def test_a_source_that_is_read_only_can_be_new_too(package: Path) -> None:
    result = add_figure(package, document="paper-2025", document_publisher="institute", document_kind="document",
                        document_title="A story")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "+ paper-2025,institute,document,A story,,,," in result.stdout


def test_what_a_new_source_lacks_is_named(package: Path) -> None:
    result = add_figure(package, source="agency-2025", source_title="A report")
    assert result.exit_code == 2
    assert "--source-publisher and --source-kind are missing" in result.stderr


def test_fields_lists_every_option(package: Path) -> None:
    text = add(package, "--fields").stdout
    for option in (*FIGURE, "figure", "reading-note", "source-publisher-name", "document-title"):
        assert f"--{option}" in text


def test_a_text_over_several_lines_becomes_one(package: Path) -> None:
    assert "environ 30 femmes," in add_figure(package, as_printed=" environ\n30\tfemmes ").stdout


def test_a_zip_and_no_package_are_refused(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for name, content in files_of(package).items():
            archive.writestr(name, content)
    assert "is a zip; unpack it" in add_figure(tmp_path / "p.zip").stderr
    monkeypatch.chdir(tmp_path)
    nothing = CliRunner().invoke(main, ["add", "--area", "XAA"])
    assert nothing.exit_code == 2
    assert "there is no datapackage.json in this folder" in nothing.stderr


def test_a_table_that_could_lose_data_is_not_written_anew(package: Path) -> None:
    with (package / "data" / "readings.csv").open("a", encoding="utf-8") as stream:
        stream.write('"never closed,\n')
    before = files_of(package)
    result = add_figure(package)
    assert result.exit_code == 2
    assert "data/readings.csv cannot be written anew without losing data: mend F108 first" in result.stderr
    assert files_of(package) == before


# Other packages.


def test_other_coordinates_work_without_a_change_in_code(package: Path) -> None:
    for file in [*package.rglob("*.csv"), *package.rglob("*.json"), *package.rglob("*.toml")]:
        file.write_text(file.read_text("utf-8").replace("population", "sector").replace("area", "crop"), "utf-8")
    tidying(open_package(package)).write()
    given = {{"population": "sector", "area": "crop"}.get(name, name): value for name, value in FIGURE.items()}
    result = add(package, **given)
    assert result.exit_code == 0, result.stderr
    listed = add(package, "--fields").stdout
    assert "--crop (required)" in listed and "--sector (required)" in listed and "--area" not in listed
    assert "+ ministry-2025-xaa-quit-women,ministry-2025,XAA,quit,women" in result.stdout


def test_fewer_coordinates_and_fewer_tables_work(tmp_path: Path) -> None:
    folder = shutil.copytree(VALID, tmp_path / "p")
    result = add(folder, source="beta-2018", area="FIN", measure="returned", as_of="2018", qualifier="exact",
                 value="41", document="beta-2018", as_printed="41")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "+ beta-2018-fin-returned,beta-2018,FIN,returned,2018,exact,41,,,persons" in result.stdout
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    descriptor["resources"] = [item for item in descriptor["resources"] if item["name"] not in ("readings", "sources")]
    for item in descriptor["resources"]:
        keys = item["schema"].get("foreignKeys", [])
        item["schema"]["foreignKeys"] = [key for key in keys if key["reference"]["resource"] != "sources"]
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    result = add(folder, source="any", area="USA", measure="returned", as_of="2018", qualifier="exact", value="4")
    assert result.exit_code == 0, result.stderr
    assert "+ any-usa-returned,any,USA,returned,2018,exact,4,,,persons" in result.stdout


def test_a_publisher_that_belongs_to_another_opens_no_endless_form(package: Path) -> None:
    schema = package / "schemas" / "publishers.schema.json"
    stated = json.loads(schema.read_text("utf-8"))
    key = {"fields": ["parent_id"], "reference": {"resource": "publishers", "fields": ["publisher_id"]}}
    stated["fields"].append({"name": "parent_id", "type": "string"})
    stated["foreignKeys"].append(key)
    schema.write_text(json.dumps(stated), "utf-8")
    publishers = package / "data" / "publishers.csv"
    header, *rows = publishers.read_text("utf-8").splitlines()
    publishers.write_text("\n".join([f"{header},parent_id", *(f"{row}," for row in rows), ""]), "utf-8")
    listed = add(package, "--fields").stdout
    assert "--source-publisher-parent\n" in listed and "--source-publisher-parent-name" not in listed
    assert add_figure(package).exit_code == 0


# The proposed id.


def test_shipped_figures_are_named_as_they_would_be_proposed() -> None:
    package = open_package(ROOT)
    figures, profile = package.tables["figures"], Profile.of(package.tables)
    rows = figures.raw.text.sample(40, seed=7).to_dicts()
    for row in rows:
        proposal = propose(figures, profile, row)
        # The id is taken by the figure itself, so that the proposal is the id and what tells it from a second one.
        assert proposal.startswith(f"{row['figure_id']}-") or row["figure_id"].startswith(proposal)


def test_an_id_that_is_taken_gets_the_date_then_what_was_left_out(package: Path) -> None:
    tables = open_package(package).tables
    row = {"source_id": "ministry-2025", "area_id": "XAA", "measure_id": "started", "population_id": "all"}

    def proposed(**cells: str) -> str:
        return propose(tables["figures"], Profile.of(tables), row | cells)

    assert proposed(as_of="2022") == "ministry-2025-xaa-started-2022"
    assert proposed(as_of="2023-12-31") == "ministry-2025-xaa-started-2023-12-31-all"
    assert proposed(population_id="women", as_of="2022") == "ministry-2025-xaa-started-women-2022"


def test_findings_are_laid_out_as_in_a_report_and_say_once_how_to_mend_them(package: Path) -> None:
    result = add_figure(package, population="men", value="400")
    assert result.exit_code == 1
    assert "\nerror F201  Figures that break a rule (2)\n  - " in result.stdout
    assert result.stdout.count("Mend: ") == 1
    assert max(map(len, result.stdout.partition("The new rows bring:")[2].splitlines())) <= 80
