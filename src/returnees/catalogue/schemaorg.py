"""schema.org/Dataset as JSON-LD, for search engines."""

from __future__ import annotations

from typing import Any

from returnees.catalogue.facts import DataFile, Facts, reference
from returnees.catalogue.forms import dumps
from returnees.package.about import Contributor, Licence


def schemaorg(facts: Facts) -> bytes:
    """Return the package as a schema.org/Dataset."""
    return dumps({"@context": {"@vocab": "https://schema.org/"}} | dataset(facts) | _parts(facts))


def dataset(facts: Facts) -> dict[str, Any]:
    """Return what schema.org, and Croissant after it, say of the package as a whole."""
    about = facts.about
    return {
        "@type": "Dataset",
        "name": about.title,
        "alternateName": about.name if about.name != about.title else None,
        "description": about.description,
        "version": about.version,
        "datePublished": about.issued.isoformat() if about.issued else None,
        "identifier": about.web or about.identifier,
        "url": about.homepage or about.web,
        "keywords": list(about.keywords),
        "inLanguage": list(about.languages),
        "license": [licence.url or licence.label for licence in about.licences],
        "creator": [agent(who) for who in about.creators],
        "publisher": agent(about.publisher) if about.publisher else None,
    }


def agent(who: Contributor) -> dict[str, Any]:
    """Return a person, or an organization where no part of a person's name is stated."""
    return {
        "@type": "Person" if who.is_person else "Organization",
        "name": who.name,
        "givenName": who.given,
        "familyName": who.family,
        "email": who.email,
        "url": who.path,
        "affiliation": {"@type": "Organization", "name": who.organization} if who.organization else None,
    }


def licence_entity(licence: Licence) -> dict[str, Any]:
    """Return a licence as a work with a name."""
    return {"@type": "CreativeWork", "name": licence.label, "identifier": licence.spdx, "url": licence.url}


def _parts(facts: Facts) -> dict[str, Any]:
    """Return what Croissant says in its own words: files, fields, coverage, sources."""
    about = facts.about
    return {
        "isAccessibleForFree": True if about.licences and all(item.spdx for item in about.licences) else None,
        "spatialCoverage": about.place,
        "temporalCoverage": about.period,
        "isBasedOn": [{"@type": "CreativeWork", "name": item.title, "url": item.url} for item in about.sources],
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": f"{file.name}.{field.name}",
                "alternateName": field.title or None,
                "description": field.description or None,
                "unitText": field.unit or None,
            }
            for file, schema in facts.tables
            for field in schema.fields
        ],
        "distribution": [_download(file) for file in facts.files],
    }


def _download(file: DataFile) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": file.title,
        "description": file.description,
        "contentUrl": f"../{reference(file.path)}",
        "encodingFormat": file.mediatype,
        "contentSize": f"{file.size} B" if file.size is not None else None,
        "sha256": file.digest if file.algorithm == "sha256" else None,
    }
