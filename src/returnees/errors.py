"""What stops a job: a sentence for the person at the terminal, and exit code 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Among so many known words, and by so many characters of each, the nearest is looked for.
_MOST, _LONGEST = 2_000, 100


class ReturneesError(Exception):
    """The job could not be done; the message says in one sentence why, and what would help.

    Faults *inside* a package are never raised: they are findings.
    """


class PackageError(ReturneesError):
    """What was named is not a package, does not exist, or cannot be read."""


class UsageError(ReturneesError):
    """What was asked for does not exist: an unknown table, format, figure or rule."""


class EngineError(ReturneesError):
    """An engine cannot go on: it does not start, is out of reach, or has lost its disk, its memory or a worker."""


def nearest(word: str, known: Iterable[object], called: Mapping[str, str] | None = None) -> str:
    """Return ``"; did you mean 'x'?"`` for the known word nearest to `word`, or an empty string.

    Case, hyphens, underscores and spaces do not count. `called` has what known words are called in plain words, by
    which a word may be meant as well: ``"; did you mean 'DEU' (Germany)?"``.
    """
    import difflib
    from itertools import islice

    # Comparing takes the product of both lengths, and a stranger chooses both.
    if len(word) > _LONGEST:
        return ""
    meant: dict[str, str] = {}
    for item in islice(known, _MOST):
        meant.setdefault(folded(str(item)[:_LONGEST]), str(item))
    for code, name in islice((called or {}).items(), _MOST):
        meant.setdefault(folded(name[:_LONGEST]), code)
    matches = difflib.get_close_matches(folded(word), meant, n=1)
    if not matches:
        return ""
    found = meant[matches[0]]
    name = (called or {}).get(found, "")
    words = f" ({name[:_LONGEST]})" if name and name != found else ""
    return f"; did you mean '{found[:_LONGEST]}'{words}?"


def folded(word: str) -> str:
    """Return a word without what a person at the keyboard does not care about: case, hyphens, underscores, spaces."""
    return " ".join(word.replace("-", " ").replace("_", " ").split()).casefold()
