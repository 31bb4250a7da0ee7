"""The official JSON profiles of the Data Package standard, kept here so that they can be used offline."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonschema import Draft7Validator

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

    if profile not in PROFILES:
        raise KeyError(profile)
    text = files(__package__).joinpath(f"{profile}.json").read_text(encoding="utf-8")
    return Draft7Validator(json.loads(text))
