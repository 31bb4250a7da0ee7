"""A difference written as CSV and applied to the old version gives the new one, or is refused in a sentence."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from differing import contents, edit, run, table
from effort import tried
from hypothesis import given
from hypothesis import strategies as st
from making import VALID

import returnees
from returnees.diff import Bump, apply, diff, read_csv
from returnees.diff.csvform import render_csv
from returnees.diff.tables import Content, compare
from returnees.errors import ReturneesError

CELL = st.sampled_from(["", "a", "b", "a,b", 'say "b"', "zwei\nZeilen", "ß", "\U0001f600", " 1", "null"])
NAMES = ["id", "part", "value", "old id", "row", "note"]


@st.composite
def versions(draw: st.DrawFn) -> tuple[Content | None, Content | None]:
    """Two versions of a table: fields and rows in common and not, with a key, without, or with one that fails."""
    key = tuple(draw(st.sampled_from([(), ("id",), ("id", "part")])))

    def one(file: str) -> Content | None:
        if draw(st.integers(0, 7)) == 0:
            return None
        own_key = key if draw(st.integers(0, 5)) else ()
        others = [name for name in NAMES if name not in own_key]
        names = [*own_key, *draw(st.lists(st.sampled_from(others), unique=True, max_size=4))]
        names = draw(st.permutations(names or ["note"]))
        rows = draw(st.lists(st.tuples(*[CELL] * len(names)), max_size=6))
        if own_key and draw(st.integers(0, 5)):
            places = [names.index(name) for name in own_key]
            rows = list({tuple(row[place] for place in places): row for row in rows}.values())
        text = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
        return Content(file, text.sort(own_key, maintain_order=True) if own_key else text, own_key)

    return one("data/t.csv"), one(draw(st.sampled_from(["data/t.csv", "moved/t.csv"])))


@tried(200)
@given(versions())
def test_the_csv_applied_to_the_old_version_gives_the_new(pair: tuple[Content | None, Content | None]) -> None:
    old, new = pair
    changes = compare("t", "T", old, new).changes
    before = {old.file: old.text} if old else {}
    after = apply(read_csv(render_csv(changes)), before)
    assert after.keys() == ({new.file} if new else set())
    if new:
        assert after[new.file].equals(new.text)
        assert after[new.file].columns == new.text.columns
    if old and new and old.file == new.file and old.key == new.key and old.text.equals(new.text):
        assert changes == () or old.text.columns != new.text.columns


JSON = st.recursive(
    st.sampled_from([None, True, 0, 1, -1, 10**20, "", "a", "id", "data/t.csv"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from([*NAMES, "column", "position", "filename"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@tried(200)
@given(versions(), st.data())
def test_a_difference_that_was_tampered_with_is_applied_or_refused_in_a_sentence(
    pair: tuple[Content | None, Content | None], data: st.DataObject
) -> None:
    changes = compare("t", "T", *pair).changes
    rows = list(csv.DictReader(io.StringIO(render_csv(changes), newline="")))
    if not rows:
        return
    row = data.draw(st.sampled_from(rows))
    field = data.draw(st.sampled_from(["file", "action", "target", "identifier", "initial_value", "new_value"]))
    known = {"file": ["data/t.csv", "x"], "action": ["add", "delete", "update"], "target": ["file", "column", "row"]}
    row[field] = data.draw(st.sampled_from(known[field]) if field in known else JSON.map(json.dumps))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    with contextlib.suppress(ReturneesError):
        apply(read_csv(stream.getvalue()), {pair[0].file: pair[0].text} if pair[0] else {})


def test_the_csv_of_whole_packages_applied_gives_the_new(copy: Path) -> None:
    table(copy, "figures", "about,40", "about,45")
    table(copy, "areas", "FIN,Finland,country,246\n", "")
    edit(copy, resources=[item for item in edit(copy)["resources"] if item["name"] != "readings"])
    package = returnees.open_package
    text = run(str(VALID), str(copy), "--format", "csv").stdout
    after = apply(read_csv(text), contents(package(VALID)))
    expected = contents(package(copy))
    assert after.keys() == expected.keys()
    assert all(after[file].equals(expected[file]) for file in expected)
    back = apply(read_csv(run(str(copy), str(VALID), "--format", "csv").stdout), expected)
    assert all(back[file].equals(frame) for file, frame in contents(package(VALID)).items())


def test_two_tables_may_swap_their_files() -> None:
    one, two = (pl.DataFrame({"id": [cell]}) for cell in "ab")
    changes = [
        *compare("one", "", Content("a.csv", one, ("id",)), Content("b.csv", one, ("id",))).changes,
        *compare("two", "", Content("b.csv", two, ("id",)), Content("a.csv", two, ("id",))).changes,
    ]
    after = apply(changes, {"a.csv": one, "b.csv": two})
    assert after["a.csv"].equals(two)
    assert after["b.csv"].equals(one)


def test_a_difference_that_does_not_fit_is_not_applied(copy: Path) -> None:
    table(copy, "figures", "about,40", "about,45")
    changes = diff(returnees.open_package(VALID), returnees.open_package(copy)).changes
    with pytest.raises(ReturneesError, match="'value' is '45' where '40' is expected"):
        apply(changes, contents(returnees.open_package(copy)))


@pytest.mark.parametrize(
    "text",
    [
        "", "a,b\n1,2\n", "file,action,target,identifier,initial_value,new_value\na,burn,row,{},,\n",
        "file,action,target,identifier,initial_value,new_value\na,add,row,[1],,\n",
        "file,action,target,identifier,initial_value,new_value\na,add,row," + "[" * 100_000 + ",,\n",
        "file,action,target,identifier,initial_value,new_value\na,add,row," + "[" * 200_000 + ",,\n",
        "file,action,target,identifier,initial_value,new_value\na,add\n",
    ],
)  # fmt: skip
def test_what_is_no_difference_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(returnees.UsageError):
        read_csv(text)


@pytest.fixture(scope="module")
def valid() -> returnees.Package:
    """The valid package, which every other one is compared with."""
    return returnees.open_package(VALID)


@pytest.mark.parametrize("name", sorted(file.parent.name for file in VALID.parent.glob("*/expected.json")))
def test_any_package_is_compared_or_refused_in_a_sentence(name: str, valid: returnees.Package) -> None:
    broken = returnees.open_package(VALID.parent / name)
    for old, new in ((valid, broken), (broken, valid), (broken, broken)):
        try:
            found = diff(old, new)
            before, after = contents(old), contents(new)
        except returnees.PackageError as error:
            assert "cannot be compared" in str(error)
            continue
        result = apply(read_csv(render_csv(found.changes)), before)
        assert result.keys() == after.keys()
        assert all(result[file].equals(frame) for file, frame in after.items())
        assert old is not new or (found.changes == () and found.bump is Bump.NONE)
