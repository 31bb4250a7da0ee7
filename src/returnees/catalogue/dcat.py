"""DCAT 3, the vocabulary of data portals, as JSON-LD and as Turtle."""

from __future__ import annotations

from typing import Any

from returnees.catalogue.facts import DataFile, Facts, reference
from returnees.catalogue.forms import dumps, turtle, without_empty
from returnees.package.about import Contributor, Licence

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
_LANGUAGES = "http://id.loc.gov/vocabulary/"
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
    about = facts.about
    return {
        "@context": _PREFIXES,
        "@graph": [
            _dataset(facts),
            *(_distribution(facts, file, at) for at, file in enumerate(facts.files, 1)),
            *(_agent(who, at) for at, who in enumerate(about.contributors, 1)),
            *(_licence(licence, at) for at, licence in enumerate(about.licences, 1)),
            *(_standard(path) for path in dict.fromkeys(file.schema_path for file in facts.files) if path),
        ],
    }


def _dataset(facts: Facts) -> dict[str, Any]:
    """Return the data set, named by its own folder, as told from where this file stands, if nothing better names it."""
    about = facts.about
    numbers = {who: at for at, who in enumerate(about.contributors, 1)}
    return {
        "@id": about.web or "../",
        "@type": "dcat:Dataset",
        "dcterms:title": about.title,
        "dcterms:description": about.description,
        "dcterms:identifier": about.web or about.identifier,
        "dcat:version": about.version,
        "dcterms:issued": _typed(about.issued.isoformat(), "xsd:date") if about.issued else None,
        "dcterms:language": [_named(language) for language in dict.fromkeys(map(_language, about.languages))],
        "dcat:keyword": list(about.keywords),
        "dcat:landingPage": _named(about.homepage),
        "dcterms:license": [_named(_licence_id(licence, at)) for at, licence in enumerate(about.licences, 1)],
        "dcterms:creator": [_named(f"_:agent{numbers[who]}") for who in about.creators],
        "dcterms:publisher": _named(f"_:agent{numbers[about.publisher]}") if about.publisher else None,
        "dcat:contactPoint": [
            {
                "@type": "vcard:Individual" if who.is_person else "vcard:Organization",
                "vcard:fn": who.name,
                "vcard:hasEmail": _named(f"mailto:{reference(who.email)}" if who.email else None),
                "vcard:hasURL": _named(who.path),
            }
            for who in about.in_role("contact")
        ],
        "dcterms:spatial": {"@type": "dcterms:Location", "skos:prefLabel": about.place} if about.place else None,
        "dcterms:temporal": {
            "@type": "dcterms:PeriodOfTime",
            "dcat:startDate": _typed(about.start, _PRECISION[len(about.start)]) if about.start else None,
            "dcat:endDate": _typed(about.end, _PRECISION[len(about.end)]) if about.end else None,
        }
        if about.period
        else None,
        "dcterms:provenance": [
            {"@type": "dcterms:ProvenanceStatement", "rdfs:label": source.title} for source in about.sources
        ],
        "dcterms:source": [_named(source.url) for source in about.sources if source.url],
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
        "dcterms:license": [_named(_licence_id(licence, at)) for at, licence in enumerate(facts.about.licences, 1)],
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


def _language(code: str) -> str | None:
    """Return a language's address at the Library of Congress, which DCAT asks for; None for an odd code."""
    primary = code.lower().partition("-")[0]
    part = {2: "iso639-1", 3: "iso639-2"}.get(len(primary))
    return f"{_LANGUAGES}{part}/{primary}" if part and primary.isascii() and primary.isalpha() else None


def _named(identifier: str | None) -> dict[str, str] | None:
    return {"@id": identifier} if identifier else None


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": kind}
