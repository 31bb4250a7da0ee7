"""The official JSON profiles of the Data Package standard, kept here so that they can be used offline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft7Validator, ValidationError

#: How many characters a text may have where a profile asks for a pattern: a path, a name, a hash.
LONGEST = 2_000
#: The profiles kept here, by the name the standard gives them.
PROFILES = ("datapackage", "dataresource", "tabledialect", "tableschema")


@lru_cache(maxsize=len(PROFILES))
def official_validator(profile: str) -> Draft7Validator:
    """Return a validator of the official 2.0 profile called `profile`.

    Parameters
    ----------
    profile
        One of ``PROFILES``.

    Raises
    ------
    KeyError
        When there is no such profile.
    """
    from jsonschema import Draft7Validator
    from jsonschema.validators import extend

    if profile not in PROFILES:
        raise KeyError(profile)
    text = Path(__file__).with_name(f"{profile}.json").read_text(encoding="utf-8")
    bounded = extend(Draft7Validator, {"oneOf": _one_of, "uniqueItems": _unique_items, "pattern": _pattern})
    return bounded(json.loads(text))


def _one_of(validator: Draft7Validator, kinds: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Look first for the one kind that has the instance's ``type``: of the kinds of field there are fifteen."""
    from jsonschema import Draft7Validator

    if isinstance(instance, dict) and "type" in instance:
        likely = [kind for kind in kinds if instance["type"] in _types(kind)]
        if len(likely) == 1 and validator.evolve(schema=likely[0]).is_valid(instance):
            return
    yield from Draft7Validator.VALIDATORS["oneOf"](validator, kinds, instance, schema)


def _types(kind: Any) -> Any:
    """Return what a kind of object can have as its ``type``; nothing when it is not said."""
    return kind.get("properties", {}).get("type", {}).get("enum", ())


def _unique_items(_: Draft7Validator, wanted: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    """Compare items by their text: jsonschema compares each with every other when they are objects."""
    from jsonschema import ValidationError

    if wanted and isinstance(instance, list):
        texts = {json.dumps(item, sort_keys=True) for item in instance}
        if len(texts) < len(instance):
            yield ValidationError("holds an item twice")


def _pattern(_: Draft7Validator, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """Match short texts only: on long ones the standard's own patterns can take quadratic time."""
    from jsonschema import ValidationError

    if not isinstance(instance, str):
        return
    if len(instance) > LONGEST:
        yield ValidationError(f"has more than {LONGEST:,} characters", validator="length")
    elif not re.search(pattern, instance):
        yield ValidationError(f"does not match {pattern}")
