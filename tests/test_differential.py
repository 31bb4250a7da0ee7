"""Our checks and frictionless judge the same mutated packages: they agree, or the difference is known by name."""

from __future__ import annotations

import copy
import random
import re
from pathlib import Path

import pytest
from differential.cells import CELLS, COLUMNS, KEYED, case_of
from differential.files import SHAPES
from differential.judges import Judged, judge, judge_column
from differential.known import KNOWN
from differential.package import COUNTS, ROWS, Mutation, csv, set_cell, set_file
from differential.schemas import SCHEMAS
from effort import times

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "conformance.md"


def one_at_a_time() -> dict[str, Mutation]:
    """Return every mutation that has a package of its own, by its name."""
    cells = {
        case_of(name, text): set_cell(table, name, text)
        for (table, name), texts in CELLS.items()
        if name in KEYED
        for text in texts
    }
    return {"nothing": lambda given: None, **cells, **SHAPES, **SCHEMAS}


MUTATIONS = one_at_a_time()
SHOWN = {case: name for name, item in KNOWN.items() for case in item.shown_by}


def assert_as_known(case: str, judged: Judged) -> None:
    more = KNOWN[SHOWN[case]].more if case in SHOWN else "nobody"
    assert judged.more == more, f"{case}: ours {judged.ours}, frictionless {judged.theirs}; known: {SHOWN.get(case)}"


@pytest.mark.parametrize("name", COLUMNS)
def test_cells_are_judged_alike(name: str, tmp_path: Path) -> None:
    table, texts = COLUMNS[name]
    for case, judged in judge_column(tmp_path, table, name, texts).items():
        assert_as_known(case, judged)


@pytest.mark.parametrize("case", MUTATIONS)
def test_packages_are_judged_alike(case: str, tmp_path: Path) -> None:
    assert_as_known(case, judge(tmp_path, [MUTATIONS[case]]))


def test_the_package_is_sound_until_it_is_mutated(tmp_path: Path) -> None:
    assert judge(tmp_path, []) == Judged(frozenset(), frozenset())


#: Fields whose cells depend on no other cell, for several faults at once.
FREE = [name for name, (table, _) in COLUMNS.items() if table == "counts"]


@pytest.mark.parametrize("seed", range(times(24)))
def test_several_faults_at_once_are_judged_alike(seed: int, tmp_path: Path) -> None:
    chosen = random.Random(seed)
    rows = copy.deepcopy(ROWS["counts"])
    names = [item["name"] for item in COUNTS["fields"]]  # type: ignore[index]
    for _ in range(12):
        name = chosen.choice(FREE)
        text = chosen.choice([text for text in COLUMNS[name][1] if case_of(name, text) not in SHOWN])
        chosen.choice(rows)[names.index(name)] = text
    judged = judge(tmp_path, [set_file("counts", lambda _: csv("counts", rows))])
    assert judged.more == "nobody", judged


def test_every_known_difference_is_of_a_mutation_here() -> None:
    cases = {case_of(name, text) for name, (_, texts) in COLUMNS.items() for text in texts} | MUTATIONS.keys()
    assert SHOWN.keys() - cases == set()
    assert sum(len(item.shown_by) for item in KNOWN.values()) == len(SHOWN), "a mutation shows two differences"


def test_the_document_lists_the_known_differences() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    listed = [row for row in rows if row[0] not in ("Difference", "---")]
    assert listed == [(name, item.more, item.why) for name, item in KNOWN.items()]
