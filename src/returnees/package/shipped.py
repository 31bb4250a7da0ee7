"""Where the data package that comes with this library stands."""

from __future__ import annotations

from pathlib import Path


def shipped_package() -> Path:
    """Return the folder of the shipped data package.

    A wheel carries the package inside the library; in a checkout it is the repository itself.
    """
    library = Path(__file__).resolve().parent.parent
    carried = library / "_package"
    return carried if (carried / "datapackage.json").is_file() else library.parent.parent
