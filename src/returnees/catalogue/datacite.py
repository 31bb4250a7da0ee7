"""DataCite Metadata 4.6 as JSON, for whoever registers a DOI."""

from __future__ import annotations

from typing import Any

from returnees.catalogue.facts import Contributor, Facts, Licence, Source
from returnees.catalogue.forms import dumps

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
    assert facts.publisher is not None and facts.issued is not None
    sizes = [file.size for file in facts.files]
    return dumps(
        {
            "schemaVersion": "http://datacite.org/schema/kernel-4",
            "doi": facts.doi,
            "url": facts.homepage,
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Data Package"},
            "titles": [{"title": facts.title}],
            "creators": [_agent(who) for who in facts.creators],
            "publisher": {"name": facts.publisher.name},
            "publicationYear": f"{facts.issued.year:04d}",
            "contributors": contributors(facts, _agent, "contributorType"),
            "subjects": [{"subject": keyword} for keyword in facts.keywords],
            "dates": [
                {"date": facts.issued.isoformat(), "dateType": "Issued"},
                {"date": facts.period.replace("..", ""), "dateType": "Coverage"} if facts.period else None,
            ],
            "language": facts.languages[0] if facts.languages else None,
            "version": facts.version,
            "sizes": [f"{sum(size or 0 for size in sizes)} bytes"] if sizes and None not in sizes else None,
            "formats": list(dict.fromkeys(file.mediatype for file in facts.files)),
            "rightsList": [_rights(licence) for licence in facts.licences],
            "descriptions": [{"description": facts.description, "descriptionType": "Abstract"}]
            if facts.description
            else None,
            "geoLocations": [{"geoLocationPlace": facts.place}] if facts.place else None,
            "relatedIdentifiers": [
                {"relatedIdentifier": source.url, "relatedIdentifierType": "URL", "relationType": "IsDerivedFrom"}
                for source in facts.sources
                if source.url
            ],
            "relatedItems": [_item(source) for source in facts.sources if not source.url],
        }
    )


def contributors(facts: Facts, agent: Any, key: str) -> list[dict[str, Any]]:
    """Return one entry for each role that is not a creator's or a publisher's; DataCite and Zenodo share the types."""
    found = [
        agent(who) | {key: CONTRIBUTOR_TYPES.get(role, "Other")}
        for who in facts.contributors
        for role in who.roles
        if role not in _ELSEWHERE
    ]
    # Somebody without any role, where others are the creators, must not be lost.
    found += [agent(who) | {key: "Other"} for who in facts.contributors if not who.roles and who not in facts.creators]
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
