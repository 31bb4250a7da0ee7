"""What a field asks of its cells, in words."""

from __future__ import annotations

from collections.abc import Callable

from returnees.tables.schema import Field

_WORDS = {
    "minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than", "exclusiveMaximum": "less than",
    "minLength": "length at least", "maxLength": "length at most",
}  # fmt: skip


def demands(field: Field, text: Callable[[object], str] = str, code: Callable[[object], str] = str) -> list[str]:
    """Return the type of a field and its constraints in words, without the list of allowed values.

    `text` and `code` write a value of the schema, and a pattern, in the form of the document.
    """
    said = [text(field.type if field.format == "default" else f"{field.type}, {field.format}")]
    said += ["required"] if field.required else []
    said += ["unique"] if field.constraints.get("unique") is True else []
    said += [f"{words} {text(field.constraints[key])}" for key, words in _WORDS.items() if key in field.constraints]
    said += [f"of the form {code(field.constraints['pattern'])}"] if field.constraints.get("pattern") else []
    return said


def allowed(field: Field) -> list[object] | None:
    """Return the values that the field's own schema lists, or None."""
    values = field.constraints.get("enum") or field.categories
    if values:
        return list(values)
    return [True, False] if field.type == "boolean" else None
