"""Versions of a data package, and what a change asks of the next one.

The recipe is that of the Data Package standard (datapackage.org, Recipes, Data Package Version): the meaning of major,
minor and patch for data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

#: Semantic Versioning 2.0.0, clauses 2, 9 and 10.
_VERSION = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?"
)


class Bump(IntEnum):
    """Which number of a version a change raises; the largest counts."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        """The bump in a word."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that changed and the bump it asks for.

    ``kind`` is ``added``, ``changed`` or ``removed``; ``of_rows`` says that it sums up what happened to rows.
    """

    bump: Bump
    kind: str
    message: str
    of_rows: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version's three numbers; a pre-release counts as the version it leads to."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def parse_version(text: str | None) -> tuple[Version, bool] | None:
    """Return a version and whether it is a pre-release, or None when `text` is not of the form MAJOR.MINOR.PATCH."""
    match = _VERSION.fullmatch(text or "")
    return None if match is None else (Version(*(int(match[number]) for number in (1, 2, 3))), bool(match[4]))


def asked_version(old: str | None, bump: Bump) -> Version | None:
    """Return the least version that may follow `old` after changes that ask for `bump`; None if `old` is no version.

    Before 1.0.0 nothing is promised yet (Semantic Versioning, clause 4): what would be major raises the minor number.
    """
    parsed = parse_version(old)
    if parsed is None:
        return None
    version, leads_to_it = parsed
    if leads_to_it or bump is Bump.NONE:
        return version
    if bump is Bump.MAJOR and version.major > 0:
        return Version(version.major + 1, 0, 0)
    if bump is Bump.PATCH:
        return Version(version.major, version.minor, version.patch + 1)
    return Version(version.major, version.minor + 1, 0)
