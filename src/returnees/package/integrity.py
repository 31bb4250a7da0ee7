"""Whether a file is the one the descriptor speaks of: its stated size and hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from returnees.findings import Finding, finding
from returnees.package.jail import PathRefused, opened
from returnees.package.model import Resource

_ALGORITHMS = ("md5", "sha1", "sha256", "sha384", "sha512")


def file_hash(file: Path, algorithm: str = "sha256") -> str:
    """Return the hash of `file` in the descriptor's form: ``sha256:...``; md5 is the standard's unmarked default.

    Raises
    ------
    PathRefused
        If it cannot be read.
    """
    try:
        with opened(file) as stream:
            digest = hashlib.file_digest(stream, algorithm).hexdigest()
    except OSError as error:
        raise PathRefused(f"cannot be read ({error.strerror or error})") from None
    return digest if algorithm == "md5" else f"{algorithm}:{digest}"


def integrity(resource: Resource, size: int) -> list[Finding]:
    """Return findings where ``bytes`` or ``hash`` of a resource is not true of its files, which have `size` bytes."""
    findings = []
    path = resource.path or resource.files[0].path
    stated = resource.descriptor.get("bytes")
    if isinstance(stated, int) and stated != size:
        message = f"'{path}' has {size:,} bytes; the descriptor states {stated:,}."
        findings.append(finding("F007", message, resource=resource.name, file=path))
    stated = resource.descriptor.get("hash")
    if isinstance(stated, str):
        algorithm, _, digest = stated.rpartition(":")
        algorithm = algorithm.lower() or "md5"
        try:
            if algorithm not in _ALGORITHMS:
                raise PathRefused(f"was not checked: its algorithm '{algorithm}' is not known here")
            if resource.file is None:
                raise PathRefused("was not checked: there are several files, and no one way to take a hash of them")
            found = file_hash(resource.file, algorithm).rpartition(":")[2]
        except PathRefused as error:
            message = f"The hash of '{path}' {error}."
            return [*findings, finding("F009", message, resource=resource.name, file=path)]
        if found != digest.lower():
            message = f"'{path}' has the {algorithm} hash {found}; the descriptor states {digest}."
            findings.append(finding("F008", message, resource=resource.name, file=path))
    return findings


def described(stated: Mapping[str, Any], contents: Mapping[str, bytes]) -> bytes:
    """Return the descriptor `stated` as a file, with the true ``bytes`` and ``hash`` of the resources in `contents`."""
    resources = []
    for item in stated.get("resources", ()):
        content = contents.get(str(item.get("name"))) if isinstance(item, Mapping) else None
        if content is None:
            resources.append(item)
            continue
        facts = {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        resources.append({**item, **facts})
    return json_bytes({**stated, "resources": resources})


def json_bytes(value: Any) -> bytes:
    """Return a value as a JSON file of the package: indented, UTF-8, with a last line end."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
