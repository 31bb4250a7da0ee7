"""The id of a new figure, made from its coordinates in the way in which the package's figures are named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from returnees.consistency.profile import Profile
from returnees.tables.model import Table


def propose(figures: Table, profile: Profile, row: Mapping[str, str]) -> str:
    """Return an id that no figure has yet for the figure with the cells `row`.

    It is the source's id and the codes of measure and coordinates, in the order of the fields. A code that the ids of
    the package's figures mostly leave out, such as the one for the whole population, is left out here as well. Where
    the id is taken, the date is put after it, then the codes left out, then a number.
    """
    taken = set(figures.raw.text["figure_id"].to_list())
    fields = [name for name in figures.schema.names if name == "measure_id" or name in profile.dimensions.values()]
    written = {name: _is_written(figures, name, row.get(name, "")) for name in fields}
    source = slug(row.get("source_id", ""))
    name = "-".join(filter(None, [source, *(slug(row.get(name, "")) for name in fields if written[name])]))
    longer = [slug(row.get("as_of", "")), *(slug(row.get(name, "")) for name in fields if not written[name])]
    for candidate in _candidates(name, list(filter(None, longer))):
        if candidate not in taken:
            return candidate
    raise AssertionError("there are endlessly many candidates")


def _candidates(name: str, longer: Sequence[str]) -> Iterator[str]:
    """Yield ever longer ids."""
    yield name
    for part in longer:
        name = f"{name}-{part}"
        yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _is_written(figures: Table, field: str, code: str) -> bool:
    """Whether ids have the code of this field: as most figures with the code do, else most codes of the field.

    Without figures to learn from, the code is written: an id that says too much is still clear.
    """
    votes: dict[str, Counter[bool]] = {}
    text = figures.raw.text
    sources = text["source_id"].to_list() if "source_id" in text.columns else [""] * text.height
    for name, source, cell in zip(text["figure_id"].to_list(), sources, text[field].to_list(), strict=True):
        rest = f"-{name.removeprefix(slug(source or ''))}-"
        votes.setdefault(cell or "", Counter())[f"-{slug(cell or '')}-" in rest] += 1
    own = votes.get(code)
    if own is not None:
        return own[True] >= own[False]
    said = Counter(counted[True] >= counted[False] for counted in votes.values())
    return said[True] >= said[False]


def slug(word: str) -> str:
    """Return a word as a part of an id: lower case, letters and digits of ASCII, hyphens between."""
    return re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")
