"""A stranger's words made fit for a page, a file name, an address and a language tag."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

#: Controls, and marks that turn the direction of all that follows; joiners and marks that single letters need stay.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]"
)
_PLAIN_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$")
#: Names that files of ours have, or that a system keeps for itself.
_TAKEN = frozenset({"index", "con", "prn", "aux", "nul"})


def shown(text: str) -> str:
    """Return `text` with each character that a page must not obey written as its code."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def file_names(codes: Iterable[str]) -> dict[str, str]:
    """Return a file's name, without ending, for each code: the code itself where every system takes it, else a hash.

    Two codes that differ only in case both get a hash, for on some systems they would be one file.
    """
    codes = list(dict.fromkeys(codes))
    lowered: dict[str, int] = {}
    for code in codes:
        lowered[code.lower()] = lowered.get(code.lower(), 0) + 1
    return {code: code if _fits(code) and lowered[code.lower()] == 1 else _hashed(code) for code in codes}


def _fits(code: str) -> bool:
    return bool(_PLAIN_NAME.match(code)) and code.lower().split(".")[0] not in _TAKEN and not code.endswith(".")


def _hashed(code: str) -> str:
    return "_" + hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def language(tag: object) -> str:
    """Return a language tag that HTML takes, or nothing."""
    return tag if isinstance(tag, str) and _LANGUAGE.match(tag) else ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 figure``, ``2 figures``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
