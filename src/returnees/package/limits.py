"""How much of a stranger's package is read before the reader gives up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one package may ask of the machine.

    Parameters
    ----------
    json_bytes
        Size of a descriptor, a schema or a rule file, in bytes.
    table_bytes
        Size of one table's file, in bytes.
    zip_bytes
        Size of everything in a zip once unpacked, in bytes.
    zip_ratio
        How many times larger an entry of a zip may be than its packed form.
    zip_entries
        How many entries a zip may have.
    columns
        How many columns a table may have.
    """

    json_bytes: int = 16 * 2**20
    table_bytes: int = 8 * 2**30
    zip_bytes: int = 8 * 2**30
    zip_ratio: int = 250
    zip_entries: int = 10_000
    columns: int = 2_000
