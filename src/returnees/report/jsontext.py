"""Values as JSON text that a terminal can show: what could deceive it stands as an escape, which means the same."""

from __future__ import annotations

import json

from returnees.report.escape import visible


def json_text(value: object) -> str:
    """Return `value` as indented JSON with a final line feed."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    # The only line feeds are those between members: those within texts JSON has escaped itself.
    return "\n".join("".join(map(_shown, line)) for line in text.split("\n"))


def _shown(character: str) -> str:
    if character.isprintable() or visible(character) == character:
        return character
    # The standard library leaves DEL as it is.
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]
