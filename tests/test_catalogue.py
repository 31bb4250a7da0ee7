"""Catalogue files: each read or validated by what others wrote, and made from the descriptor alone."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from returnees.catalogue import FORMATS, catalogue
from returnees.catalogue.facts import facts
from returnees.cli.catalogue import command
from returnees.errors import PackageError
from returnees.package.model import Package
from returnees.package.opening import open_package

ROOT = Path(__file__).resolve().parents[1]
VALID = Path(__file__).parent / "packages" / "valid"
BASE = "https://example.org/package/catalogue/"
#: A descriptor with all that the formats can carry and ours does not have.
RICH: dict[str, Any] = {
    "description": "How many farms there are: \"counted\", not guessed.",
    "version": "2.0.0-rc.1",
    "created": "2020-02-29T12:00:00+02:00",
    "keywords": ["farms", "yes", "a: b", "farms"],
    "id": "https://doi.org/10.5072/example.1",
    "homepage": "https://example.org/farms",
    "title": "Farms: \"counted\" & weighed <1>, 50\u2013100 %\u2028\\ end",
    "languages": ["fr"],
    "temporal": {"start": "1999-01-01"},
    "spatial": "Everywhere",
    "licenses": [{"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
    "contributors": [
        {"givenName": "Ada", "familyName": "Example", "organization": "Example Institute", "roles": ["author"],
         "email": "ada@example.org", "path": "https://example.org/ada"},
        {"title": "Example Institute", "roles": ["publisher", "contact"]},
        {"title": "A helper"},
    ],
    "sources": [{"title": "The farm census", "path": "https://example.org/census"}, {"title": "Letters"}],
}  # fmt: skip


def describe(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Change the descriptor in a folder."""
    file = folder / "datapackage.json"
    descriptor = json.loads(file.read_text("utf-8"))
    change(descriptor)
    file.write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def write(folder: Path) -> Path:
    """Write the catalogue files of the package in a folder beside it."""
    for path, content in catalogue(open_package(folder)).files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped package without its catalogue files."""
    for name in ("data", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / "package" / name)
    shutil.copy(ROOT / "datapackage.json", tmp_path / "package")
    return tmp_path / "package"


@pytest.fixture(scope="module", params=["shipped", "rich"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped package, and a small one whose descriptor has more parts, both with their catalogue files."""
    folder = tmp_path_factory.mktemp(request.param) / "package"
    if request.param == "rich":
        shutil.copytree(VALID, folder)
        return write(describe(folder, lambda descriptor: descriptor.update(RICH)))
    folder.mkdir()
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    shutil.copy(ROOT / "datapackage.json", folder)
    return write(folder)


def load(folder: Path, path: str) -> Any:
    return json.loads((folder / path).read_text("utf-8"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


# Each format, by its own validator.


def test_the_citation_file_keeps_to_its_schema(package: Path) -> None:
    import yaml
    from jsonschema import Draft7Validator

    schema = json.loads(files("check_jsonschema").joinpath(
        "builtin_schemas/vendor/citation-file-format.json").read_text("utf-8"))  # fmt: skip
    citation = yaml.load((package / "CITATION.cff").read_text("utf-8"), yaml.BaseLoader)
    assert [error.message for error in Draft7Validator(schema).iter_errors(citation)] == []
    descriptor = load(package, "datapackage.json")
    assert citation["title"] == descriptor["title"]
    assert citation["keywords"] == list(dict.fromkeys(descriptor["keywords"]))
    assert citation["version"] == descriptor["version"]


def test_the_datacite_record_keeps_to_its_schema(package: Path) -> None:
    from jsonschema import Draft201909Validator

    schema = json.loads(files("datacite").joinpath("schemas/datacite-v4.5.json").read_text("utf-8"))
    record = load(package, "catalogue/datacite.json")
    # The newest schema to be had is that of 4.5; "Coverage" is the one word of 4.6 that the record uses.
    coverage = [date for date in record["dates"] if date["dateType"] == "Coverage"]
    record["dates"] = [date for date in record["dates"] if date not in coverage]
    assert len(coverage) == 1
    assert [error.message for error in Draft201909Validator(schema).iter_errors(record)] == []


def test_dcat_is_one_graph_in_both_forms(package: Path) -> None:
    import rdflib
    from rdflib.compare import isomorphic

    graphs = [
        rdflib.Graph().parse(package / "catalogue" / name, publicID=BASE, format=form)
        for name, form in (("dcat.jsonld", "json-ld"), ("dcat.ttl", "turtle"))
    ]
    assert len(graphs[0]) > 10 * len(load(package, "datapackage.json")["resources"])
    assert isomorphic(*graphs)
    title = graphs[1].value(predicate=rdflib.DCTERMS.title, subject=graphs[1].value(
        predicate=rdflib.RDF.type, object=rdflib.DCAT.Dataset))  # fmt: skip
    assert str(title) == load(package, "datapackage.json")["title"]


def test_dcat_has_what_dcat_ap_makes_mandatory(package: Path) -> None:
    import pyshacl
    import rdflib

    graph = rdflib.Graph().parse(package / "catalogue" / "dcat.ttl", publicID=BASE)
    shapes = rdflib.Graph().parse(Path(__file__).parent / "shapes" / "dcat-ap-3-mandatory.ttl")
    conforms, _, report = pyshacl.validate(graph, shacl_graph=shapes)
    assert conforms, report
    graph.remove((None, rdflib.DCAT.accessURL, None))
    assert not pyshacl.validate(graph, shacl_graph=shapes)[0]


def test_vocabularies_have_the_terms_that_are_used(package: Path) -> None:
    """DCAT, Dublin Core and schema.org as rdflib lists them."""
    import rdflib
    from rdflib.namespace import DCAT, DCTERMS, FOAF, SDO, SKOS

    unknown = set()
    for name in ("dcat.jsonld", "schemaorg.jsonld"):
        graph = rdflib.Graph().parse(package / "catalogue" / name, format="json-ld", publicID=BASE)
        terms = set(graph.predicates()) | set(graph.objects(None, rdflib.RDF.type))
        for term in terms:
            for vocabulary in (DCAT, DCTERMS, FOAF, SDO, SKOS):
                if str(term).startswith(str(vocabulary)) and term not in vocabulary:
                    unknown.add(str(term))
    # rdflib's list is that of DCAT 2; the version is a property of DCAT 3.
    assert unknown == {"http://www.w3.org/ns/dcat#version"}


def test_search_engines_find_what_they_need(package: Path) -> None:
    found = load(package, "catalogue/schemaorg.jsonld")
    descriptor = load(package, "datapackage.json")
    assert found["@type"] == "Dataset"
    assert (found["name"], found["description"]) == (descriptor["title"], descriptor["description"])
    assert [(package / "catalogue" / item["contentUrl"]).resolve() for item in found["distribution"]] == [
        (package / resource["path"]).resolve() for resource in descriptor["resources"]
    ]
    assert [item["sha256"] for item in found["distribution"]] == [
        hashlib.sha256((package / resource["path"]).read_bytes()).hexdigest() for resource in descriptor["resources"]
    ]


def test_croissant_loads_the_tables(package: Path) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(package / "catalogue" / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert not issues.errors
    # A work to be cited is not something that a descriptor names.
    assert all("citeAs" in warning for warning in issues.warnings)
    assert str(dataset.metadata.ctx.conforms_to.value) == "http://mlcommons.org/croissant/1.1"
    tables = open_package(package).tables
    assert [records.id for records in dataset.metadata.record_sets] == [f"{name}-records" for name in tables]
    rows = [record["figures/figure_id"].decode() for record in dataset.records("figures-records")]
    assert rows == tables["figures"].frame["figure_id"].to_list()


def test_the_crate_is_one(package: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rocrate.rocrate import ROCrate
    from rocrate_validator import models, services
    from rocrate_validator.utils import document_loader
    from rocrate_validator.utils.http import HttpRequester

    # The context lies on the web; the terms that we use are the same in the copy that comes with rocrate.
    context = json.loads(files("rocrate").joinpath("data/ro-crate.jsonld").read_text("utf-8"))

    class Answer:
        status_code = 200
        headers = {"Content-Type": "application/ld+json"}  # noqa: RUF012

        def json(self) -> Any:
            return context

        def raise_for_status(self) -> None: ...

    asked: list[str] = []

    def get(_: object, url: str, **__: object) -> Answer:
        asked.append(url)
        return Answer()

    monkeypatch.setattr(HttpRequester, "get", get, raising=False)
    monkeypatch.setattr(document_loader, "_fetch_json_ld", lambda url: get(None, url).json())
    settings = services.ValidationSettings(
        rocrate_uri=services.URI(str(package)),
        profile_identifier="ro-crate-1.2",
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
        cache_path=tmp_path / "cache.sqlite",
    )
    result = services.validate(settings)
    assert [issue.message for issue in result.get_issues()] == []
    assert result.passed()
    assert set(asked) == {"https://w3id.org/ro/crate/1.2/context"}
    crate = ROCrate(package)
    assert crate.root_dataset["name"] == load(package, "datapackage.json")["title"]
    assert {entity.id for entity in crate.data_entities} >= {"datapackage.json", "data/figures.csv"}


def test_csvw_reads_and_validates_the_tables(package: Path) -> None:
    import csvw

    metadata = csvw.CSVW(str(package / "catalogue" / "csvw.json"), validate=True)
    assert metadata.is_valid
    assert not metadata.warnings
    tables = open_package(package).tables
    rows = {table.url.string: sum(1 for _ in table) for table in metadata.tablegroup.tables}
    assert rows == {f"../{table.file}": table.frame.height for table in tables.values()}


def test_csvw_finds_a_value_that_the_schema_forbids(copy: Path) -> None:
    import csvw

    file = write(copy) / "data" / "figures.csv"
    file.write_text(file.read_text("utf-8").replace(",exact,", ",exactly,", 1), encoding="utf-8")
    metadata = csvw.CSVW(str(copy / "catalogue" / "csvw.json"))
    with pytest.raises(ValueError, match="qualifier: invalid lexical value for string: exactly"):
        assert metadata.is_valid


def test_zenodo_gets_what_its_deposits_ask_for(package: Path) -> None:
    """Zenodo publishes no schema that can be had offline; this is what its documentation asks of a data set."""
    deposit = load(package, ".zenodo.json")
    assert {"title", "upload_type", "description", "creators"} <= deposit.keys()
    assert deposit.keys() <= {
        "title", "upload_type", "description", "creators", "contributors", "keywords", "license", "version",
        "publication_date", "related_identifiers",
    }  # fmt: skip
    assert deposit["upload_type"] == "dataset"
    assert all(creator.keys() <= {"name", "affiliation"} for creator in deposit["creators"])
    kinds = {"ContactPerson", "DataCurator", "Other"}
    assert {contributor["type"] for contributor in deposit["contributors"]} <= kinds


# What is said, and what is not.


def test_the_shipped_files_are_as_they_should_be() -> None:
    result = run(str(ROOT), "--check")
    assert result.exit_code == 0, f"{result.output}\nrun 'returnees catalogue'"


def test_no_identifier_is_made_up() -> None:
    whole = b"".join(catalogue(open_package(ROOT)).files.values())
    assert b"doi" not in whole.lower()
    assert b"orcid" not in whole.lower()


def test_a_doi_and_persons_are_said_where_they_can_be(copy: Path) -> None:
    made = write(describe(copy, lambda descriptor: descriptor.update(RICH)))
    assert 'doi: "10.5072/example.1"' in (made / "CITATION.cff").read_text("utf-8")
    record = load(made, "catalogue/datacite.json")
    assert record["doi"] == "10.5072/example.1"
    assert record["publisher"] == {"name": "Example Institute"}
    assert record["creators"] == [
        {"name": "Example, Ada", "nameType": "Personal", "givenName": "Ada", "familyName": "Example",
         "affiliation": [{"name": "Example Institute"}]}
    ]  # fmt: skip
    assert load(made, "catalogue/schemaorg.jsonld")["creator"][0]["@type"] == "Person"
    turtle = (made / "catalogue/dcat.ttl").read_text("utf-8")
    assert "<https://doi.org/10.5072/example.1> a dcat:Dataset" in turtle
    assert "dcterms:language <http://id.loc.gov/vocabulary/iso639-1/fr>" in turtle


def test_same_package_same_bytes(copy: Path) -> None:
    assert catalogue(open_package(copy)) == catalogue(open_package(ROOT))


def test_every_format_is_in_the_documents() -> None:
    document = (ROOT / "docs" / "catalogue.md").read_text("utf-8")
    assert [item.path for item in FORMATS if f"`{item.path}`" not in document] == []


# Strangers' packages.

HOSTILE = st.text(st.characters() | st.sampled_from('"\'\\<>{}[]#:&*!|%@`-?, \n\x85\u2028\ud800')).filter(str.strip)


@settings(max_examples=150, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_text_breaks_a_format(title: str, word: str, name: str, address: str) -> None:
    import rdflib
    import yaml
    from rdflib.compare import isomorphic

    who = {"title": name, "email": address, "path": f"https://example.org/{address}", "roles": ["creator", "contact"]}
    stated = {
        "name": "hostile", "title": title, "description": word, "keywords": [word], "created": "2020-01-01T00:00:00Z",
        "id": f"doi:10.5072/{address}", "homepage": f"https://example.org/{address}", "languages": [word, "en"],
        "contributors": [who, who | {"title": word}], "spatial": word,
        "licenses": [{"name": name, "path": f"https://example.org/{address}"}], "sources": [{"title": word}],
    }  # fmt: skip
    made = catalogue(Package("hostile", VALID, stated, (), ())).files
    assert made.keys() == {item.path for item in FORMATS if item.path != "catalogue/csvw.json"}
    plain = title.strip().encode("utf-8", "replace").decode("utf-8")
    assert yaml.safe_load(made["CITATION.cff"])["title"] == plain
    found = {path: json.loads(content) for path, content in made.items() if path.endswith(("json", "jsonld"))}
    assert found["catalogue/schemaorg.jsonld"]["name"] == plain
    assert found["catalogue/datacite.json"]["titles"] == [{"title": plain}]
    names = [entity["@id"] for entity in found["ro-crate-metadata.json"]["@graph"]]
    assert len(names) == len(set(names))
    graphs = [
        rdflib.Graph().parse(data=made[f"catalogue/dcat.{form}"], publicID=BASE, format=kind)
        for form, kind in (("jsonld", "json-ld"), ("ttl", "turtle"))
    ]
    assert isomorphic(*graphs)



def test_a_minimal_package_gets_what_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "a b.csv").write_text("x-1,_y\n1,2\n", encoding="utf-8")
    descriptor = {"name": "minimal", "resources": [{"name": "t", "path": "a b.csv"}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    made = catalogue(open_package(tmp_path))
    assert set(made.files) == {"catalogue/csvw.json"}
    columns = json.loads(made.files["catalogue/csvw.json"])["tables"][0]["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == ["x%2D1", "%5Fy"]
    result = run(str(tmp_path))
    assert result.exit_code == 1
    assert "CITATION.cff: not made; datapackage.json has no contributors" in result.stderr
    assert (tmp_path / "catalogue" / "csvw.json").is_file()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": 5, "name": None},
        {"contributors": "me", "licenses": {"name": 3}, "keywords": "word"},
        {"contributors": [7, {"title": ["x"]}], "licenses": [None], "created": "yesterday", "sources": [{}]},
        {"temporal": {"start": 5, "end": "soon"}, "spatial": {"a": 1}, "id": 5, "homepage": "javascript:alert(1)"},
        {"temporal": "2011/2013", "version": 2, "rules": "../../etc/passwd", "profile": []},
        {"title": "lone \ud800 surrogate"},
    ],
)
def test_a_descriptor_of_the_wrong_shape_is_no_reason_to_fall(copy: Path, wrong: dict[str, Any]) -> None:
    result = run(str(describe(copy, lambda descriptor: descriptor.update(wrong))), "--check")
    assert result.exit_code in (1, 2)
    assert result.exception is None or isinstance(result.exception, PackageError | SystemExit)


def test_a_package_without_a_name_is_told_so(copy: Path) -> None:
    with pytest.raises(PackageError, match="neither a title nor a name"):
        catalogue(open_package(describe(copy, lambda it: [it.pop("title"), it.pop("name")])))


def test_a_resource_without_a_file_is_named(copy: Path) -> None:
    (copy / "data" / "areas.csv").unlink()
    with pytest.raises(PackageError, match="no file to be read for areas"):
        catalogue(open_package(copy))


def test_a_missing_hash_is_taken_from_the_file(copy: Path) -> None:
    stated = facts(open_package(copy)).files
    bare = describe(copy, lambda it: [resource.pop(key) for resource in it["resources"] for key in ("hash", "bytes")])
    assert [(file.digest, file.size) for file in facts(open_package(bare)).files] == [
        (file.digest, file.size) for file in stated
    ]


def test_check_says_which_file_is_stale(copy: Path) -> None:
    assert run(str(copy)).exit_code == 0
    assert run(str(copy), "--check").exit_code == 0
    (copy / "CITATION.cff").write_text("stale", encoding="utf-8")
    (copy / "catalogue" / "dcat.ttl").unlink()
    result = run(str(copy), "--check")
    assert result.exit_code == 1
    assert result.stdout == "CITATION.cff: stale\ncatalogue/dcat.ttl: stale\n"
    assert not (copy / "catalogue" / "dcat.ttl").exists()
    assert run(str(copy)).stdout == "CITATION.cff\ncatalogue/dcat.ttl\n"


def test_an_archive_is_catalogued_elsewhere(copy: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "package"), "zip", copy)
    refused = run(archive)
    assert refused.exit_code != 0
    assert "--to" in str(refused.exception)
    assert run(archive, "--to", str(tmp_path / "out")).exit_code == 0
    assert (tmp_path / "out" / "CITATION.cff").read_bytes() == (ROOT / "CITATION.cff").read_bytes()
