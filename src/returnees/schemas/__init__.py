"""Typed contracts for researchers and for validation: pandera schemas derived from Table Schemas.

``pandera.io.from_frictionless_schema`` is for pandas only and drops keys, bounds and dates, so the derivation is here.
What a contract keeps: name, type, order, ``required``, ``unique``, ``enum``, ``categories``, ``pattern``, bounds and
lengths, ``primaryKey`` and ``uniqueKeys``. What it cannot hold: ``foreignKeys`` (a contract sees one table),
``missingValues`` and lexical options (they act before there are values), titles and units beyond text.
"""

from returnees.schemas.asked import unsupported, value_of
from returnees.schemas.contracts import pandera_schema, satisfies, violations, violations_by

__all__ = ["pandera_schema", "satisfies", "unsupported", "value_of", "violations", "violations_by"]
