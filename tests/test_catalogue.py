"""What catalogue files say and what they do not, and those of strangers' packages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cataloguing import BASE, RICH, describe, load, run, write
from effort import tried
from hypothesis import given
from hypothesis import strategies as st
from making import ROOT, VALID, copy_of_shipped

from returnees.catalogue import FORMATS, catalogue
from returnees.catalogue.facts import facts
from returnees.errors import PackageError
from returnees.package.model import Package
from returnees.package.opening import open_package


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped package without its catalogue files."""
    return copy_of_shipped(tmp_path / "package")


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

HOSTILE = st.text(st.characters() | st.sampled_from("\"'\\<>{}[]#:&*!|%@`-?, \n\x85\u2028\ud800")).filter(str.strip)


@tried(50)
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
