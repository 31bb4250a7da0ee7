"""How much of a stranger's package is read before the reader gives up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from returnees.errors import UsageError, nearest

_STATED = re.compile(r"^\s*([a-z_]+)\s*=\s*([0-9][0-9_,]*)\s*([KMGT]?)\s*$", re.IGNORECASE)
_FACTORS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}

#: The limits that keep tables in memory small, and are not needed where they are not.
_OF_MEMORY = ("table_bytes", "package_bytes", "cells", "pattern_steps", "rule_steps")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one package may ask of the machine; ``SECURITY.md`` says why each is there.

    Parameters
    ----------
    json_bytes
        Size of a descriptor, a schema, a rule file or a list of checksums, in bytes.
    json_depth
        How deep the values of a JSON file may be nested.
    json_values
        How many values a JSON file may hold, those in others included.
    resources
        How many resources a package may have.
    parts
        How many files a table may be kept in.
    table_bytes
        Size of one resource's file, or of all its files, in bytes; of a compressed one also once it is unpacked.
    package_bytes
        Size of the files of all resources together, in bytes; a file that two resources name counts twice.
    slow_bytes
        Size of a CSV file that is taken apart cell by cell because its lines are not one sound row each, in bytes.
    columns
        How many columns a table, and how many fields a schema, may have.
    cells
        How many cells a table may have.
    keys
        How many unique and foreign keys a schema may state.
    pattern_steps
        How many steps the regular expressions of a package may take: its characters times the length of a pattern
        with its repetitions written out, summed over the fields that have one.
    rules
        How many rules a package may have.
    rule_length
        How many characters the assertion of a rule may have.
    rule_steps
        How many rows laying the rules over the figures may make: a figure in a place of a rule, at each date.
    zip_bytes
        Size of everything in a zip once unpacked, in bytes.
    zip_ratio
        How many times larger an entry of a zip may be than its packed form.
    zip_entries
        How many entries a zip may have.
    judge_seconds
        How long frictionless is waited for, in seconds.
    """

    json_bytes: int = 4 * 2**20
    json_depth: int = 100
    json_values: int = 100_000
    resources: int = 1_000
    parts: int = 10_000
    table_bytes: int = 2**30
    package_bytes: int = 4 * 2**30
    slow_bytes: int = 128 * 2**20
    columns: int = 2_000
    cells: int = 100_000_000
    keys: int = 100
    pattern_steps: int = 20_000_000_000
    rules: int = 1_000
    rule_length: int = 10_000
    rule_steps: int = 200_000_000
    zip_bytes: int = 4 * 2**30
    zip_ratio: int = 250
    zip_entries: int = 10_000
    judge_seconds: int = 60

    @classmethod
    def stated(cls, texts: Iterable[str], *, out_of_core: bool = False) -> Limits:
        """Return the limits with those changed that `texts` state, each ``name=number``; K, M, G and T are 1,024-fold.

        For tables that are kept `out_of_core`, those that keep tables in memory small are far out of reach.

        Raises
        ------
        UsageError
            If a text is not of this form or names no limit.
        """
        known = [item.name for item in fields(cls)]
        changed: dict[str, int] = {}
        for text in texts:
            match = _STATED.match(text)
            name = match[1].lower() if match else text.partition("=")[0].strip()
            if name not in known:
                raise UsageError(f"there is no limit {name!a}{nearest(name, known)} (there are {', '.join(known)})")
            if match is None:
                raise UsageError(f"a limit is written NAME=NUMBER, for instance table_bytes=20G; {text!a} is not")
            changed[name] = int(re.sub("[_,]", "", match[2])) * _FACTORS[match[3].upper()]
        usual = dict.fromkeys(_OF_MEMORY, 2**60) if out_of_core else {}
        return replace(cls(), **(usual | changed))
