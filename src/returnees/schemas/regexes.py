"""Regular expressions that mean the same in every engine.

Polars (Rust's regex) judges; an engine's own (RE2, Java) says which rows come before it. They agree on most of what a
schema holds, once ``$`` cannot stand before a last line end and ``\\d``, ``\\w`` and ``\\s`` are spelled out. What they
do not agree on is not run.
"""

from __future__ import annotations

import re

#: A class of characters, an escape, a group that is not plain, or any other character.
_PART = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\.|\(\?.?|\{[^}]*\}|.", re.DOTALL)
#: Escapes by a class that all engines know; the sets are those of Rust's regex, which are Unicode's.
_SPELLED = {
    "d": r"\p{Nd}",
    "s": r"\t\n\x0B\f\r\x{85}\p{Z}",
    "w": r"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200C}\x{200D}\x{24B6}-\x{24E9}",
}
#: Escapes that stand for themselves, or for a character that has no other name.
_PLAIN = frozenset(r"\.+*?()|[]{}^$/-\"'#&~%@!,:;=<>_ " + "tnrf")
#: What of Unicode's classes all three know by the same name.
_CLASSES = re.compile(r"\\[pP]\{(?:L|M|N|P|S|Z|C|Lu|Ll|Lt|Lm|Lo|Mn|Mc|Me|Nd|Nl|No|Pc|Pd|Ps|Pe|Po|Sm|Sc|Sk|So|Zs)\}")
_REPEAT = re.compile(r"\{[0-9]{1,3}(?:,[0-9]{0,3})?\}")


def portable(pattern: str) -> str | None:
    """Return a pattern that in every engine matches the whole cells that `pattern` matches in Polars, or None."""
    parts = []
    for match in _PART.finditer(pattern):
        part = _ported(match[0])
        if part is None:
            return None
        parts.append(part)
    return rf"\A(?:{''.join(parts)})\z"


def _ported(part: str) -> str | None:
    if part.startswith("[") and len(part) > 1:
        return _class(part)
    if part.startswith("\\"):
        return _escape(part, inside=False)
    if part.startswith("(?"):
        return part if part[:3] == "(?:" else None
    if part.startswith("{"):
        return part if _REPEAT.fullmatch(part) else None
    # Rust and RE2 end at the end of the text; Java's ``$`` stands before a last line end, too.
    return {"^": r"\A", "$": r"\z", ".": r"[^\n]", "[": None, "]": r"\]", "}": r"\}"}.get(part, part)


def _escape(part: str, *, inside: bool) -> str | None:
    sign = part[1]
    if sign in "pP" and len(part) > 2:
        return part if _CLASSES.fullmatch(part) else None
    if sign in _SPELLED:
        return _SPELLED[sign] if inside else f"[{_SPELLED[sign]}]"
    if sign.lower() in _SPELLED and sign.isupper():
        return None if inside else f"[^{_SPELLED[sign.lower()]}]"
    return part if sign in _PLAIN else None


def _class(part: str) -> str | None:
    """Return a class of characters; None for those with sets in sets, which only some engines know."""
    inner = part[2:-1] if part.startswith("[^") else part[1:-1]
    if "[" in re.sub(r"\\.", "", inner) or re.search(r"&&|--|~~", inner) or inner.startswith("]"):
        return None
    ported = []
    for match in re.finditer(r"\\[pP]\{[^}]*\}|\\.|.", inner, re.DOTALL):
        one = _escape(match[0], inside=True) if match[0].startswith("\\") else match[0]
        if one is None:
            return None
        ported.append(one)
    return f"[{'^' if part.startswith('[^') else ''}{''.join(ported)}]"
