"""The known answers to a question: codes with what they are called, found by code, by name or by a part of either."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from returnees.errors import folded
from returnees.tables.model import Table
from returnees.tables.names import names_of_codes
from returnees.tables.schema import Field


@dataclass(frozen=True)
class Codes:
    """Known codes, each with its name or an empty text; ``noun`` is what one of them is called."""

    noun: str
    names: Mapping[str, str]

    @classmethod
    def of_table(cls, noun: str, table: Table, key: str) -> Codes:
        """Return the codes in the field `key` of a table, with the names that it gives them."""
        return cls(noun, names_of_codes(table, key))

    @classmethod
    def of_field(cls, field: Field) -> Codes | None:
        """Return the codes that a field's own schema lists, or None."""
        listed: Sequence[object] | None = field.constraints.get("enum") or field.categories
        return cls(field.name, {str(code): "" for code in listed}) if listed else None

    def complete(self, answer: str) -> str | None:
        """Return the code that `answer` names, by code or by name, in any case; None when there is none or several."""
        if answer in self.names:
            return answer
        found = self._folded.get(folded(answer), set())
        return next(iter(found)) if len(found) == 1 else None

    def near(self, answer: str, most: int = 6) -> list[str]:
        """Return codes that `answer` may mean, the nearest first: a part of a code or a name, or nearly one."""
        wanted = folded(answer)
        holding = [word for word in self._folded if wanted and wanted in word]
        alike = difflib.get_close_matches(wanted, self._folded, n=most)
        codes = [code for word in dict.fromkeys(alike + sorted(holding)) for code in sorted(self._folded[word])]
        return list(dict.fromkeys(codes))[:most]

    def shown(self, code: str) -> str:
        """Return a code with its name: ``FIN (Finland)``."""
        name = self.names.get(code, "")
        return f"{code} ({name})" if name and name != code else code

    @cached_property
    def _folded(self) -> dict[str, set[str]]:
        words: dict[str, set[str]] = {}
        for code, name in self.names.items():
            for word in (code, name):
                if word:
                    words.setdefault(folded(word), set()).add(code)
        return words
