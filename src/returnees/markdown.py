"""Text of a package made safe to stand in a Markdown page."""

from __future__ import annotations

import re

from returnees.report.escape import visible


def _plain(value: object) -> str:
    """Return text on one line, what a terminal or a page would obey spelled out."""
    return visible(" ".join(str(value).split()))


def text(value: object) -> str:
    """Return text that Markdown shows as it is, also at the start of a paragraph."""
    escaped = re.sub(r"([\\|<\[\]`*~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;))", r"\\\1", _plain(value))
    escaped = re.sub(r"^(?=[#>+=-])", r"\\", escaped)
    return re.sub(r"^([0-9]+)(?=[.)](?:\s|$))", r"\1\\", escaped)


def code(value: object) -> str:
    """Return text in code's type; a stroke would end the cell, a backtick the code."""
    plain = _plain(value).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain else ""
