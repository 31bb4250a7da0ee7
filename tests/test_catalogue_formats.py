"""Catalogue files, each read or validated by what others wrote."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cataloguing import BASE, RICH, describe, load, write
from making import copy_of_shipped, copy_of_valid

from returnees.package.opening import open_package


@pytest.fixture(scope="module", params=["shipped", "rich"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped package, and a small one whose descriptor has more parts, both with their catalogue files."""
    folder = tmp_path_factory.mktemp(request.param) / "package"
    if request.param == "rich":
        return write(describe(copy_of_valid(folder), lambda descriptor: descriptor.update(RICH)))
    return write(copy_of_shipped(folder))


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


@cache
def prepared(query: str, names: frozenset[tuple[str, Any]]) -> Any:
    from rdflib.plugins.sparql import prepareQuery

    return prepareQuery(query, dict(names))


def ask(self: Any, query: str, bindings: Any, names: Any) -> Any:
    """Evaluate a query that is taken apart once: the validator asks the same few again and again."""
    from rdflib.plugins.sparql.evaluate import evalQuery

    return evalQuery(self.graph, prepared(query, frozenset(names.items())), bindings)


def test_the_crate_is_one(package: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rdflib.plugins.sparql.processor import SPARQLProcessor
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
    monkeypatch.setattr(SPARQLProcessor, "query", ask)
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
