"""JSON, YAML and Turtle with the same bytes for the same content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

#: What can stand in YAML without quotes and be taken for nothing but text.
_PLAIN = re.compile(r"^[A-Za-z][A-Za-z -]*[A-Za-z]$")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
#: What YAML would take for a line break, or does not allow unescaped.
_CONTROL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def dumps(value: object) -> bytes:
    """Return `value` as indented JSON with a last newline."""
    return (json.dumps(without_empty(value), indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def without_empty(value: object) -> object:
    """Return `value` without the members that are None, and without empty lists and objects."""
    if isinstance(value, Mapping):
        kept = {key: without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None and item != [] and item != {}}
    if isinstance(value, list | tuple):
        return [without_empty(item) for item in value if item is not None]
    return value


def yaml(document: Mapping[str, Any]) -> bytes:
    """Return an object of texts, of lists of texts and of lists of flat objects as YAML."""
    lines: list[str] = []
    kept = without_empty(document)
    assert isinstance(kept, dict)
    for key, value in kept.items():
        if isinstance(value, list):
            lines.append(f"{key}:")
            lines += [line for item in value for line in _yaml_item(item)]
        else:
            lines.append(f"{key}: {_scalar(value)}")
    return ("\n".join(lines) + "\n").encode("utf-8")


def _yaml_item(item: object) -> list[str]:
    if not isinstance(item, Mapping):
        return [f"  - {_scalar(item)}"]
    members = [f"{key}: {_scalar(value)}" for key, value in item.items()]
    return [f"  - {members[0]}"] + [f"    {member}" for member in members[1:]]


def _scalar(value: object) -> str:
    """Return a text as YAML; in quotes, which are those of JSON, unless it can be taken for nothing else."""
    written = str(value)
    if _PLAIN.match(written) and written.lower() not in _WORDS:
        return written
    quoted = json.dumps(written, ensure_ascii=False)
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def turtle(document: Mapping[str, Any]) -> bytes:
    """Return a JSON-LD document as Turtle.

    The document's context has prefixes only, every key is a prefixed name, and every node with an identifier stands
    in ``@graph`` itself.
    """
    lines = [f"@prefix {prefix}: <{address}> ." for prefix, address in document["@context"].items()]
    for node in document["@graph"]:
        lines += ["", f"{_subject(node['@id'])} {' ;'.join(_statements(node, 1))} ."]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _statements(node: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Give the predicates of a node, each with its objects; the first on the line of the subject."""
    indent = "\n" + "    " * depth
    if "@type" in node:
        yield f"a {node['@type']}"
    for key, value in node.items():
        if not key.startswith("@"):
            objects = value if isinstance(value, list) else [value]
            yield f"{indent}{key} {', '.join(_object(item, depth) for item in objects)}"


def _object(value: object, depth: int) -> str:
    if not isinstance(value, Mapping):
        return _literal(str(value))
    if "@value" in value:
        return f"{_literal(str(value['@value']))}^^{value['@type']}"
    if "@id" in value:
        return _subject(value["@id"])
    return f"[ {' ;'.join(_statements(value, depth + 1))} ]"


def _subject(identifier: str) -> str:
    return identifier if identifier.startswith("_:") else f"<{identifier}>"


def _literal(value: str) -> str:
    """Return a literal; the escapes of JSON are those of Turtle."""
    return json.dumps(value, ensure_ascii=False)
