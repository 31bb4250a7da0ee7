"""What stops a job: a sentence for the person at the terminal, and exit code 2."""

from __future__ import annotations


class ReturneesError(Exception):
    """The job could not be done; the message says in one sentence why, and what would help.

    Faults *inside* a package are never raised: they are findings.
    """


class PackageError(ReturneesError):
    """What was named is not a package, does not exist, or cannot be read."""


class UsageError(ReturneesError):
    """What was asked for does not exist: an unknown table, format, figure or rule."""


def nearest(word: str, known: object) -> str:
    """Return ``"; did you mean 'x'?"`` for the known word nearest to `word`, or an empty string."""
    import difflib
    from itertools import islice

    # Comparing takes the product of both lengths, and a stranger chooses both.
    if len(word) > 100:
        return ""
    matches = difflib.get_close_matches(word, [str(item)[:100] for item in islice(known, 2_000)], n=1)  # type: ignore[call-overload]
    return f"; did you mean '{matches[0]}'?" if matches else ""
