"""JSON: one file of records a table, and one file that holds the whole package."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from returnees.export.contents import Content, Contents
from returnees.export.records import records
from returnees.writing import replacing


def write_json(contents: Contents, files: Sequence[Path]) -> None:
    """Write each table to its file, and all of them, with what the package says of itself, to the last one.

    A number is written as the package prints it, a missing cell as null.
    """
    *each, whole = files
    for content, file in zip(contents.tables, each, strict=True):
        with replacing(file) as aside, aside.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(_array(content, ""))
            stream.write("\n")
    with replacing(whole) as aside, aside.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(_whole(contents))


def _whole(contents: Contents) -> Iterator[str]:
    """Yield the text of the self-contained file: what the package says of itself, its schemas, its tables."""
    about = {key: value for key, value in contents.package.descriptor.items() if key not in ("resources", "$schema")}
    about["schemas"] = {content.name: content.stated for content in contents.tables}
    head = json.dumps(about, ensure_ascii=False, indent=2)
    yield head[: head.rindex("\n}")] + ',\n  "tables": {'
    for number, content in enumerate(contents.tables):
        yield ("," if number else "") + f"\n    {json.dumps(content.name, ensure_ascii=False)}: "
        yield from _array(content, "    ")
    yield "\n  }\n}\n"


def _array(content: Content, indent: str) -> Iterator[str]:
    """Yield the text of a table's records, one a line."""
    yield "["
    opening = "\n"
    for lines in records(content):
        # Joined slice by slice: one text a record would be a million small writes.
        if len(lines):
            yield opening + indent + "  " + f",\n{indent}  ".join(lines)
            opening = ",\n"
    yield f"\n{indent}]" if opening != "\n" else "]"
