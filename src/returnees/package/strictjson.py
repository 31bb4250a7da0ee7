"""JSON read strictly: no duplicate names, no NaN, no depth that breaks a parser."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


class NotJson(Exception):
    """The text is not JSON; the message says where and why."""


@dataclass(frozen=True)
class Document:
    """A JSON value and the names that some object in it states twice."""

    value: Any
    repeated: tuple[str, ...]


def parse(content: bytes) -> Document:
    """Return the JSON document in `content` (UTF-8, as RFC 8259 demands).

    Raises
    ------
    NotJson
        If it is not UTF-8, not JSON, holds NaN or infinities, or is nested too deeply.
    """
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in items]
        if len(set(names)) < len(names):
            repeated.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(items)

    def constant(name: str) -> Any:
        raise NotJson(f"{name} is not a JSON number")

    try:
        text = content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotJson(f"line {line} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except ValueError as error:
        raise NotJson(str(error)) from None
    return Document(value, tuple(repeated))
