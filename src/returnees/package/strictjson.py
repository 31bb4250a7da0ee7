"""JSON read strictly: no duplicate names, no number beyond all bounds, no depth or size that breaks a reader."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from returnees.package.limits import Limits

#: Half of a character of UTF-16: JSON can write it alone, and no text can hold it (RFC 7493, section 2.1).
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJson(Exception):
    """The text is not JSON, or more than is read; the message says where and why."""


@dataclass(frozen=True)
class Document:
    """A JSON value and the names that some object in it states twice."""

    value: Any
    repeated: tuple[str, ...]


def parse(content: bytes, limits: Limits | None = None) -> Document:
    """Return the JSON document in `content` (UTF-8, as RFC 8259 demands).

    Raises
    ------
    NotJson
        If it is not UTF-8, not JSON, holds NaN, infinities or half a character, is nested too deeply, or is too large.
    """
    limits = limits or Limits()
    repeated: set[str] = set()

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            repeated.update(name for name, count in Counter(name for name, _ in items).items() if count > 1)
        return found

    def constant(name: str) -> Any:
        raise NotJson(f"{name} is not a JSON number")

    def number(digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            raise NotJson(f"{digits[:40]} is larger than any number that can be read")
        return value

    try:
        text = content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=number)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotJson(f"line {line} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except ValueError:
        # Python reads no whole number of more than some thousand digits, for that takes quadratic time.
        raise NotJson("a number has too many digits") from None
    _bounded(value, limits)
    return Document(value, tuple(sorted(repeated)))


def _bounded(value: Any, limits: Limits) -> None:
    """Raise NotJson when a value is nested too deeply, holds too many values or a text that is none."""
    count = 0
    level: list[Any] = [value]
    depth = 0
    while level:
        count += len(level)
        if count > limits.json_values:
            raise NotJson(f"it holds more than {limits.json_values:,} values")
        if depth > limits.json_depth:
            raise NotJson(f"it is nested too deeply, more than {limits.json_depth:,} levels")
        for text in _texts(level):
            if _SURROGATE.search(text):
                raise NotJson(f"{text[:40]!a} holds half a character")
        level = [inner for item in level for inner in _inside(item)]
        depth += 1


def _texts(values: list[Any]) -> Iterator[str]:
    for item in values:
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item


def _inside(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []
