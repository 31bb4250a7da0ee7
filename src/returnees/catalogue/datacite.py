"""DataCite Metadata 4.6 as JSON, for whoever registers a DOI."""

from __future__ import annotations

from typing import Any

from returnees.catalogue.facts import Facts
from returnees.catalogue.forms import dumps
from returnees.package.about import Contributor, Licence, Source

#: Roles of a Data Package as DataCite's contributor types; the others are "Other".
CONTRIBUTOR_TYPES = {
    "collector": "DataCollector",
    "contact": "ContactPerson",
    "curator": "DataCurator",
    "distributor": "Distributor",
    "editor": "Editor",
    "maintainer": "DataManager",
    "researcher": "Researcher",
    "rightsHolder": "RightsHolder",
    "translator": "Translator",
    "wrangler": "DataManager",
}
#: Roles that other properties carry.
_ELSEWHERE = frozenset({"author", "creator", "publisher"})


def datacite(facts: Facts) -> bytes:
    """Return the DataCite record; without a DOI in the descriptor it is one that still has to get it."""
    about = facts.about
    assert about.publisher is not None and about.issued is not None
    sizes = [file.size for file in facts.files]
    return dumps(
        {
            "schemaVersion": "http://datacite.org/schema/kernel-4",
            "doi": about.doi,
            "url": about.homepage,
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Data Package"},
            "titles": [{"title": about.title}],
            "creators": [_agent(who) for who in about.creators],
            "publisher": {"name": about.publisher.name},
            "publicationYear": f"{about.issued.year:04d}",
            "contributors": contributors(facts, _agent, "contributorType"),
            "subjects": [{"subject": keyword} for keyword in about.keywords],
            "dates": [
                {"date": about.issued.isoformat(), "dateType": "Issued"},
                {"date": about.period.replace("..", ""), "dateType": "Coverage"} if about.period else None,
            ],
            "language": about.languages[0] if about.languages else None,
            "version": about.version,
            "sizes": [f"{sum(size or 0 for size in sizes)} bytes"] if sizes and None not in sizes else None,
            "formats": list(dict.fromkeys(file.mediatype for file in facts.files)),
            "rightsList": [_rights(licence) for licence in about.licences],
            "descriptions": [{"description": about.description, "descriptionType": "Abstract"}]
            if about.description
            else None,
            "geoLocations": [{"geoLocationPlace": about.place}] if about.place else None,
            "relatedIdentifiers": [
                {"relatedIdentifier": source.url, "relatedIdentifierType": "URL", "relationType": "IsDerivedFrom"}
                for source in about.sources
                if source.url
            ],
            "relatedItems": [_item(source) for source in about.sources if not source.url],
        }
    )


def contributors(facts: Facts, agent: Any, key: str) -> list[dict[str, Any]]:
    """Return one entry for each role that is not a creator's or a publisher's; DataCite and Zenodo share the types."""
    about = facts.about
    found = [
        agent(who) | {key: CONTRIBUTOR_TYPES.get(role, "Other")}
        for who in about.contributors
        for role in who.roles
        if role not in _ELSEWHERE
    ]
    # Somebody without any role, where others are the creators, must not be lost.
    found += [agent(who) | {key: "Other"} for who in about.contributors if not who.roles and who not in about.creators]
    return [entry for at, entry in enumerate(found) if entry not in found[:at]]


def _agent(who: Contributor) -> dict[str, Any]:
    return {
        "name": who.sorted_name,
        "nameType": "Personal" if who.is_person else None,
        "givenName": who.given,
        "familyName": who.family,
        "affiliation": [{"name": who.organization}] if who.organization else None,
    }


def _rights(licence: Licence) -> dict[str, Any]:
    known = {"rightsIdentifierScheme": "SPDX", "schemeUri": "https://spdx.org/licenses/"} if licence.spdx else {}
    return {"rights": licence.label, "rightsUri": licence.url, "rightsIdentifier": licence.spdx} | known


def _item(source: Source) -> dict[str, Any]:
    return {
        "titles": [{"title": source.title}],
        "relatedItemType": "Other",
        "relationType": "IsDerivedFrom",
    }
