"""Whether a file is the one the descriptor speaks of: its stated size and hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

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
    """Return findings where ``bytes`` or ``hash`` of a resource is not true of its file, which has `size` bytes."""
    assert resource.file is not None
    findings = []
    stated = resource.descriptor.get("bytes")
    if isinstance(stated, int) and stated != size:
        message = f"'{resource.path}' has {size:,} bytes; the descriptor states {stated:,}."
        findings.append(finding("F007", message, resource=resource.name, file=resource.path))
    stated = resource.descriptor.get("hash")
    if isinstance(stated, str):
        algorithm, _, digest = stated.rpartition(":")
        algorithm = algorithm.lower() or "md5"
        try:
            if algorithm not in _ALGORITHMS:
                raise PathRefused(f"was not checked: its algorithm '{algorithm}' is not known here")
            found = file_hash(resource.file, algorithm).rpartition(":")[2]
        except PathRefused as error:
            message = f"The hash of '{resource.path}' {error}."
            return [*findings, finding("F009", message, resource=resource.name, file=resource.path)]
        if found != digest.lower():
            message = f"'{resource.path}' has the {algorithm} hash {found}; the descriptor states {digest}."
            findings.append(finding("F008", message, resource=resource.name, file=resource.path))
    return findings
