"""DCAT 3, the vocabulary of data portals, as JSON-LD and as Turtle."""

from __future__ import annotations

from typing import Any

from returnees.catalogue.facts import Contributor, DataFile, Facts, Licence, reference
from returnees.catalogue.forms import dumps, turtle, without_empty

_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_MEDIATYPES = "https://www.iana.org/assignments/media-types/"
#: The type of a date by its length: a year, a month, a day.
_PRECISION = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}


def dcat_jsonld(facts: Facts) -> bytes:
    """Return the package as a DCAT dataset, in JSON-LD."""
    return dumps(_document(facts))


def dcat_turtle(facts: Facts) -> bytes:
    """Return the same graph in Turtle."""
    document = without_empty(_document(facts))
    assert isinstance(document, dict)
    return turtle(document)


def _document(facts: Facts) -> dict[str, Any]:
    """Return the graph: the dataset, its distributions, who stands behind it, its licences."""
    return {
        "@context": _PREFIXES,
        "@graph": [
            _dataset(facts),
            *(_distribution(facts, file, at) for at, file in enumerate(facts.files, 1)),
            *(_agent(who, at) for at, who in enumerate(facts.contributors, 1)),
            *(_licence(licence, at) for at, licence in enumerate(facts.licences, 1)),
            *(_standard(path) for path in dict.fromkeys(file.schema_path for file in facts.files) if path),
        ],
    }


def _dataset(facts: Facts) -> dict[str, Any]:
    # The package's own folder names it where nothing better does; it is told from where this file stands.
    numbers = {who: at for at, who in enumerate(facts.contributors, 1)}
    return {
        "@id": facts.web or "../",
        "@type": "dcat:Dataset",
        "dcterms:title": facts.title,
        "dcterms:description": facts.description,
        "dcterms:identifier": facts.web or facts.identifier,
        "dcat:version": facts.version,
        "dcterms:issued": _typed(facts.issued.isoformat(), "xsd:date") if facts.issued else None,
        "dcterms:language": list(facts.languages),
        "dcat:keyword": list(facts.keywords),
        "dcat:landingPage": _named(facts.homepage),
        "dcterms:license": [_named(f"{_licence_id(licence, at)}") for at, licence in enumerate(facts.licences, 1)],
        "dcterms:creator": [_named(f"_:agent{numbers[who]}") for who in facts.creators],
        "dcterms:publisher": _named(f"_:agent{numbers[facts.publisher]}") if facts.publisher else None,
        "dcat:contactPoint": [
            {
                "@type": "vcard:Individual" if who.is_person else "vcard:Organization",
                "vcard:fn": who.name,
                "vcard:hasEmail": _named(f"mailto:{reference(who.email)}" if who.email else None),
                "vcard:hasURL": _named(who.path),
            }
            for who in facts.in_role("contact")
        ],
        "dcterms:spatial": {"@type": "dcterms:Location", "skos:prefLabel": facts.place} if facts.place else None,
        "dcterms:temporal": {
            "@type": "dcterms:PeriodOfTime",
            "dcat:startDate": _typed(facts.start, _PRECISION[len(facts.start)]) if facts.start else None,
            "dcat:endDate": _typed(facts.end, _PRECISION[len(facts.end)]) if facts.end else None,
        }
        if facts.period
        else None,
        "dcterms:provenance": [
            {"@type": "dcterms:ProvenanceStatement", "rdfs:label": source.title} for source in facts.sources
        ],
        "dcterms:source": [_named(source.url) for source in facts.sources if source.url],
        "dcat:distribution": [_named(f"_:distribution{at}") for at in range(1, len(facts.files) + 1)],
    }


def _distribution(facts: Facts, file: DataFile, at: int) -> dict[str, Any]:
    address = f"../{reference(file.path)}"
    return {
        "@id": f"_:distribution{at}",
        "@type": "dcat:Distribution",
        "dcterms:title": file.title,
        "dcterms:description": file.description,
        "dcat:accessURL": _named(address),
        "dcat:downloadURL": _named(address),
        "dcat:mediaType": _named(f"{_MEDIATYPES}{reference(file.mediatype)}"),
        "dcat:byteSize": _typed(str(file.size), "xsd:nonNegativeInteger") if file.size is not None else None,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _named(f"{_PREFIXES['spdx']}checksumAlgorithm_{file.algorithm}"),
            "spdx:checksumValue": _typed(file.digest, "xsd:hexBinary"),
        },
        "dcterms:license": [_named(_licence_id(licence, at)) for at, licence in enumerate(facts.licences, 1)],
        "dcterms:conformsTo": _named(f"../{reference(file.schema_path)}" if file.schema_path else None),
    }


def _agent(who: Contributor, at: int) -> dict[str, Any]:
    kind = "foaf:Person" if who.is_person else "foaf:Agent"
    return {"@id": f"_:agent{at}", "@type": kind, "foaf:name": who.name, "foaf:homepage": _named(who.path)}


def _licence(licence: Licence, at: int) -> dict[str, Any]:
    return {
        "@id": _licence_id(licence, at),
        "@type": "dcterms:LicenseDocument",
        "dcterms:title": licence.label,
        "dcterms:identifier": licence.name,
    }


def _licence_id(licence: Licence, at: int) -> str:
    return licence.url or f"_:licence{at}"


def _standard(path: str) -> dict[str, Any]:
    return {"@id": f"../{reference(path)}", "@type": "dcterms:Standard"}


def _named(identifier: str | None) -> dict[str, str] | None:
    return {"@id": identifier} if identifier else None


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": kind}
