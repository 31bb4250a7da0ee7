"""Values as JSON text that a terminal can show: what could deceive it stands as an escape, which means the same."""

from __future__ import annotations

import json

from returnees.report.escape import for_json


def json_text(value: object) -> str:
    """Return `value` as indented JSON with a final line feed."""
    return for_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"
