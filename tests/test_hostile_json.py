"""What the JSON of a stranger's package cannot make the reader do."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from making import (
    codes,
    copy_of_valid,
    describe,
    descriptor_of,
    one_table,
)

import returnees
from returnees.findings import catalogue
from returnees.package import strictjson
from returnees.package.limits import Limits
from returnees.package.opening import open_package
from returnees.package.profile import conforms
from returnees.tidying import tidying


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize("content", [deep(101), deep(900), deep(100_000), b"[" * 102 + b"]" * 102])
def test_deep_json_is_refused(content: bytes) -> None:
    with pytest.raises(strictjson.NotJson, match="too deeply"):
        strictjson.parse(content)


def test_json_as_deep_as_allowed_is_read() -> None:
    assert strictjson.parse(deep(100)).repeated == ()


@pytest.mark.parametrize("content", [b"1e999", b"-1e999", b'{"a": 1E400}', b"NaN", b"Infinity", b"-Infinity"])
def test_a_json_number_beyond_all_bounds_is_refused(content: bytes) -> None:
    # Python would read infinity, and write it again as what no JSON reader takes.
    with pytest.raises(strictjson.NotJson):
        strictjson.parse(content)


def test_a_json_number_of_five_thousand_digits_is_refused() -> None:
    with pytest.raises(strictjson.NotJson, match="too many digits"):
        strictjson.parse(b"9" * 5_000)


@pytest.mark.parametrize("content", [rb'"\ud800"', rb'{"\udfff": 1}', rb'["a", {"b": "c\ud83d"}]'])
def test_half_a_character_in_json_is_refused(content: bytes) -> None:
    with pytest.raises(strictjson.NotJson, match="half a character"):
        strictjson.parse(content)


def test_a_million_repeated_names_in_json_are_told_quickly() -> None:
    content = b"{" + b",".join(b'"%d":1,"%d":2' % (n, n) for n in range(60_000)) + b"}"
    start = time.process_time()
    assert len(strictjson.parse(content, Limits(json_values=10**6)).repeated) == 60_000
    assert time.process_time() - start < 20


def test_repeated_names_are_told_one_by_one_up_to_a_number(tmp_path: Path) -> None:
    text = "{" + ",".join(f'"x{n}": 1, "x{n}": 2' for n in range(500)) + ', "resources": []}'
    (tmp_path / "datapackage.json").write_text(text)
    found = [item for item in open_package(tmp_path).findings if item.code == "F001"]
    assert len(found) == 51
    assert "450 more" in found[-1].message or any("450 more" in item.message for item in found)


def test_json_of_too_many_values_is_refused() -> None:
    with pytest.raises(strictjson.NotJson, match="more than 1,000 values"):
        strictjson.parse(json.dumps([0] * 1_000).encode(), Limits(json_values=1_000))


@pytest.mark.parametrize("target", ["/etc/hostname", "file:///etc/hostname", "https://example.org/x.json", "#", "../x"])
@pytest.mark.parametrize("where", ["descriptor", "resource", "schema", "field", "constraint"])
def test_a_json_reference_is_not_followed(tmp_path: Path, target: str, where: str, offline: None) -> None:
    folder = copy_of_valid(tmp_path / "p")
    descriptor = descriptor_of(folder)
    schema = descriptor["resources"][0]["schema"]
    place: dict[str, Any] = {
        "descriptor": descriptor,
        "resource": descriptor["resources"][0],
        "schema": schema,
        "field": schema["fields"][0],
        "constraint": schema["fields"][0]["constraints"],
    }[where]
    place["$ref"] = target
    report = returnees.validate(open_package(describe(folder, descriptor)), conformance=False)
    assert not any(Path("/etc/hostname").read_text().strip() in item.message for item in report.findings)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_thousands_of_objects_in_an_enum_are_compared_quickly() -> None:
    # jsonschema compares each with each: 3,000 took five minutes.
    field = {"name": "x", "constraints": {"enum": [{"a": n} for n in range(1_000)]}}
    start = time.process_time()
    conforms({"fields": [field]}, "tableschema", "x")
    assert time.process_time() - start < 20


def test_a_long_text_does_not_make_the_standards_own_patterns_slow() -> None:
    start = time.process_time()
    found = conforms(
        {"resources": [{"name": "a", "path": "a.csv", "mediatype": "/" * 200_000 + "\n\n"}]}, "datapackage", "x"
    )
    assert time.process_time() - start < 5
    assert "more than 2,000 characters" in found[0].message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("categories", 5),
        ("categories", [{"label": "x"}]),
        ("categories", [[1]]),
        ("missingValues", 5),
        ("missingValues", [{}]),
    ],
)
def test_what_the_profile_leaves_open_is_a_finding_and_no_traceback(tmp_path: Path, key: str, value: Any) -> None:
    one_table(tmp_path, b"a\nx\n", [{"name": "a", "type": "any", key: value}])
    assert "F010" in codes(returnees.validate(open_package(tmp_path), conformance=False).findings)


@pytest.mark.parametrize("value", [None, True, 5, 1.5, "x", [], [1], {}, {"a": 1}, [[]], [None], [{}]], ids=repr)
@pytest.mark.parametrize(
    "name", ["resources", "missingValues", "rules", "about", "name", "version", "$schema", "profile"]
)
def test_any_value_of_any_property_is_a_finding_at_most(tmp_path: Path, name: str, value: Any) -> None:
    folder = copy_of_valid(tmp_path / "p")
    package = open_package(describe(folder, {**descriptor_of(folder), name: value}))
    assert all(item.code in catalogue() for item in package.findings)
    assert isinstance(package.tables, dict)


@pytest.mark.parametrize("value", [None, True, 5, "x", [], [1], {}, [{}]], ids=repr)
@pytest.mark.parametrize(
    "name",
    ["path", "data", "schema", "type", "format", "encoding", "dialect", "bytes", "hash", "compression", "mediatype"],
)
def test_any_value_of_any_property_of_a_resource_is_a_finding_at_most(tmp_path: Path, name: str, value: Any) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}], **{name: value})
    package = open_package(tmp_path)
    assert isinstance(package.tables, dict)
    assert tidying(package) is not None
