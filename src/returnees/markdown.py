"""Text of a package made safe to stand in a Markdown page."""

from __future__ import annotations

import re


def _plain(value: object) -> str:
    """Return text on one line, without what a terminal or a page would obey."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", str(value)).split())


def text(value: object) -> str:
    """Return text that Markdown shows as it is."""
    return re.sub(r"([\\|<\[\]`*])", r"\\\1", _plain(value))


def code(value: object) -> str:
    """Return text in code's type; a stroke would end the cell, a backtick the code."""
    plain = _plain(value).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain else ""
