"""Text of a stranger's package made safe to print: control and direction characters are shown, never sent."""

from __future__ import annotations

import re

#: C0 and C1 controls, zero-width and bidirectional controls, separators and surrogates: what a terminal or a
#: reader's eye could be deceived with (Unicode Technical Report 36).
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Return `text` with each unsafe character written as its code, in the form Python uses."""
    return _UNSAFE.sub(lambda match: _written(match[0]), text)


def visible_json(text: str) -> str:
    """Return JSON text with each unsafe character in its strings escaped: another spelling of the same values.

    The line feeds and blanks between values stay; inside a string JSON has none of these.
    """
    return _UNSAFE.sub(lambda match: match[0] if match[0] in "\n\t\r" else f"\\u{ord(match[0]):04x}", text)


def _written(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
