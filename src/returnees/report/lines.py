"""Lines for a person at a terminal: wrapped to 80 columns or to its width, and nothing that a terminal would obey."""

from __future__ import annotations

import math
import textwrap

from returnees.report.escape import for_log, visible

WIDTH = 80


def wrapped(text: str, first: str, rest: str) -> list[str]:
    """Return `text`, made safe to print, wrapped to the width; `first` and `rest` are the indents of its lines."""
    paragraphs = [visible(line) for line in text.split("\n")]
    lines = []
    for number, paragraph in enumerate(paragraphs):
        indent = first if number == 0 else rest
        if paragraph.startswith("  ") or not paragraph:
            # Source lines with a caret below them must keep their spaces.
            lines.append((rest + paragraph)[:WIDTH].rstrip())
        else:
            lines += textwrap.wrap(
                paragraph, WIDTH, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False
            )
    return [for_log(line) for line in lines]


def fitted(text: str, width: int | None) -> str:
    """Return `text`, which is safe to print, with its lines folded between words so that none is wider than `width`.

    The further lines of one that is indented are indented as it is. A word is never cut, so that an id or an address
    can be copied; None folds nothing.
    """
    if width is None:
        return text
    return "\n".join(line if len(line) <= width else _folded(line, width) for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip(" ")))
    return textwrap.fill(
        line.strip(" "), width, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def plain_number(value: float) -> int | float | None:
    """Return a number for JSON: whole when it is, null when it is infinite."""
    if math.isinf(value):
        return None
    return int(value) if value == int(value) else value
