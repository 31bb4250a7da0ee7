"""RO-Crate 1.2: the package as a research object, its files as data entities."""

from __future__ import annotations

from typing import Any

from returnees.catalogue.facts import DataFile, Document, Facts, reference
from returnees.catalogue.forms import dumps
from returnees.catalogue.schemaorg import agent, licence_entity
from returnees.package.about import Contributor, Licence

METADATA = "ro-crate-metadata.json"
_SPECIFICATION = "https://w3id.org/ro/crate/1.2"


def rocrate(facts: Facts) -> bytes:
    """Return the metadata document of the crate, whose root is the package's folder."""
    about = facts.about
    entities = [
        {"@id": METADATA, "@type": "CreativeWork", "conformsTo": {"@id": _SPECIFICATION}, "about": {"@id": "./"}},
        _root(facts),
        *(_file(file) for file in facts.files),
        *(_document(document) for document in facts.documents),
        *({"@id": _agent_id(facts, who)} | agent(who) | {"affiliation": who.organization}
          for who in about.contributors),
        *({"@id": _licence_id(facts, licence)} | licence_entity(licence) for licence in about.licences),
        *({"@id": source.url or f"#source-{at}", "@type": "CreativeWork", "name": source.title}
          for at, source in enumerate(about.sources, 1)),
    ]  # fmt: skip
    # What the descriptor names twice, by one address or path, is one entity.
    graph = {str(entity["@id"]): entity for entity in reversed(entities)}
    return dumps({"@context": f"{_SPECIFICATION}/context", "@graph": list(reversed(graph.values()))})


def _root(facts: Facts) -> dict[str, Any]:
    """Return the crate itself; its parts are the tables and what they keep to."""
    about = facts.about
    parts = dict.fromkeys([file.path for file in facts.files] + [document.path for document in facts.documents])
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": about.title,
        "description": about.description,
        "version": about.version,
        "datePublished": about.issued.isoformat() if about.issued else None,
        "identifier": about.web or about.identifier,
        "url": about.homepage,
        "keywords": list(about.keywords),
        "inLanguage": list(about.languages),
        "license": _ids(_licence_id(facts, licence) for licence in about.licences),
        "author": _ids(_agent_id(facts, who) for who in about.creators),
        "publisher": {"@id": _agent_id(facts, about.publisher)} if about.publisher else None,
        "contributor": _ids(_agent_id(facts, who) for who in about.contributors if who not in about.creators),
        "spatialCoverage": about.place,
        "temporalCoverage": about.period,
        "isBasedOn": _ids(source.url or f"#source-{at}" for at, source in enumerate(about.sources, 1)),
        "hasPart": [{"@id": reference(path)} for path in parts],
    }


def _ids(identifiers: Any) -> Any:
    """Return references; a single one alone, as the specification's own examples have it."""
    found = [{"@id": identifier} for identifier in identifiers]
    return found[0] if len(found) == 1 else found


def _file(file: DataFile) -> dict[str, Any]:
    return {
        "@id": reference(file.path),
        "@type": "File",
        "name": file.title,
        "description": file.description,
        "encodingFormat": file.mediatype,
        "contentSize": str(file.size) if file.size is not None else None,
        "sha256": file.digest if file.algorithm == "sha256" else None,
        "conformsTo": {"@id": reference(file.schema_path)} if file.schema_path else None,
    }


def _document(document: Document) -> dict[str, Any]:
    """Return the descriptor, a Table Schema or the rules: works that the data files follow."""
    return {
        "@id": reference(document.path),
        "@type": ["File", "CreativeWork"],
        "name": document.name,
        "description": document.description,
        "encodingFormat": document.mediatype,
    }


def _agent_id(facts: Facts, who: Contributor) -> str:
    return who.path or f"#contributor-{facts.about.contributors.index(who) + 1}"


def _licence_id(facts: Facts, licence: Licence) -> str:
    return licence.url or f"#licence-{facts.about.licences.index(licence) + 1}"
