"""Build hook: a wheel carries the data package inside the library, an editable install reads it from the checkout."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataPackage(BuildHookInterface[Any]):
    """Adds the data package to a wheel; a copy in an editable install would only grow old."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Say which files go where."""
        if version != "editable":
            for name in ("datapackage.json", "data", "schemas"):
                build_data["force_include"][name] = f"returnees/_package/{name}"
