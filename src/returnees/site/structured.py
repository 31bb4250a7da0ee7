"""What search engines read on the front page: schema.org/Dataset with the files that the site offers."""

from __future__ import annotations

from typing import Any

from returnees.catalogue.facts import facts
from returnees.catalogue.forms import without_empty
from returnees.catalogue.schemaorg import dataset
from returnees.errors import PackageError
from returnees.package.model import Package
from returnees.site.downloads import Downloads


def structured_data(package: Package, downloads: Downloads) -> Any:
    """Return the package as a schema.org/Dataset; of a package that lacks files, only its name."""
    try:
        known = dataset(facts(package))
    except PackageError:
        known = {"@type": "Dataset", "name": package.name}
    files = [
        {"@type": "DataDownload", "name": item.name, "contentUrl": item.path, "encodingFormat": item.mediatype,
         "contentSize": f"{item.size} B", "sha256": item.digest}
        for item in downloads.files
    ]  # fmt: skip
    return without_empty({"@context": "https://schema.org/"} | known | {"distribution": files})
