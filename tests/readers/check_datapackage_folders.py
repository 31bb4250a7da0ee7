"""Check the descriptors of packages with check-datapackage: ``python check_datapackage_folders.py FOLDER...``.

Prints a JSON object: for each folder the faults that were found. It runs in .venv-peers (scripts/test-tools).
"""

import json
import sys
from pathlib import Path

from check_datapackage import check


def whole(folder: Path) -> dict:
    """Return the descriptor with its Table Schemas in place, which check-datapackage does not look up itself."""
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in descriptor.get("resources", []):
        if isinstance(resource, dict) and isinstance(resource.get("schema"), str):
            resource["schema"] = json.loads((folder / resource["schema"]).read_text("utf-8"))
    return descriptor


def faults(folder: str) -> list[str]:
    """Return what is wrong with one descriptor."""
    try:
        return [f"{issue.jsonpath}: {issue.message}" for issue in check(whole(Path(folder)))]
    except (OSError, ValueError) as error:
        return [str(error)]


json.dump({folder: faults(folder) for folder in sys.argv[1:]}, sys.stdout)
