"""Asking frictionless, and putting what it finds beside our own findings without saying things twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from returnees.conformance.judge import Judge
from returnees.findings import Finding, Severity, finding
from returnees.package.jail import PathRefused, opened
from returnees.package.limits import Limits
from returnees.package.model import Package, Resource
from returnees.package.profile import readable

if TYPE_CHECKING:
    from returnees.tables.model import Table

#: Tables with more rows than this are left to our own checks: frictionless reads some tens of thousands a second.
MOST_ROWS = 25_000
#: So are larger files, whatever their lines: it keeps much more in memory than it reads.
MOST_BYTES = 64 * 2**20

#: The address by which a descriptor says that it is of Data Package 2.0.
_STANDARD = "https://datapackage.org/profiles/2.0/datapackage.json"

#: What of a resource frictionless is given. It knows properties of its own that lead to other files, to the network or
#: to code (``extrapaths``, ``basepath``, ``scheme``, ``checklist``): nothing is passed on but what is named here.
_OF_A_RESOURCE = (
    "name", "path", "type", "title", "description", "format", "mediatype", "encoding", "bytes", "hash", "sources",
    "licenses",
)  # fmt: skip
#: And of a dialect; all of it is checked before, and nothing else is supported.
_OF_A_DIALECT = (
    "header", "headerRows", "headerJoin", "quoteChar", "doubleQuote", "lineTerminator", "skipInitialSpace",
    "commentChar", "delimiter",
)  # fmt: skip

#: Errors of one row; the others are of a whole table or package.
_OF_A_ROW = {
    "blank-row", "extra-cell", "missing-cell", "type-error", "constraint-error", "unique-error", "primary-key",
    "foreign-key", "cell-error", "row-error",
}  # fmt: skip


class Authority:
    """What frictionless, run by `judge`, is asked about a package, and its answer in our words."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._skipped: dict[str, str] = {}
        self._patience = Limits().judge_seconds

    def ask(self, package: Package) -> None:
        """Hand over the tables of `package` that can be read and are not too large, and do not wait for the answer."""
        resources = []
        for resource in package.resources:
            if not resource.files or not readable(resource.descriptor):
                continue
            if resource.unlike_plain:
                self._skipped[resource.name] = resource.unlike_plain
                continue
            try:
                why = _too_large(resource)
            except (PathRefused, OSError):
                continue  # it has changed since it was opened, which reading it says
            if why:
                self._skipped[resource.name] = why
            else:
                resources.append(resource)
        self._patience = package.limits.judge_seconds
        known = {resource.name for resource in resources}
        about = {key: value for key, value in package.descriptor.items() if key == "name"}
        if package.descriptor.get("$schema") == _STANDARD:
            about["$schema"] = _STANDARD  # tells it which version of the standard; any other address it might fetch
        missing = package.descriptor.get("missingValues")
        described = [_described(resource, known, missing) for resource in resources]
        self._judge.ask({"root": str(package.root), "descriptor": {**about, "resources": described}})

    def merge(self, own: Iterable[Finding], tables: Mapping[str, Table]) -> list[Finding]:
        """Return our findings, what frictionless finds beyond them, and what it was not asked or could not tell."""
        findings = list(own)
        errors, failure = self._judge.answer(self._patience)
        told = _Told.of(findings)
        for error in errors:
            item = _finding(error, tables)
            if not told.covers(error, item):
                findings.append(item)
        for name, why in self._skipped.items():
            findings.append(finding("F502", f"'{name}' {why}, frictionless is not asked.", resource=name))
        if failure:
            findings.append(finding("F503", f"frictionless did not judge the package: {failure}."))
        return findings


def _too_large(resource: Resource) -> str | None:
    """Return why frictionless is not asked about a resource, or None when it is."""
    assert resource.file is not None
    size = resource.file.stat().st_size
    if size > MOST_BYTES:
        return f"has {size:,} bytes; above {MOST_BYTES:,}"
    if size <= MOST_ROWS:
        return None
    with opened(resource.file) as stream:
        rows = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(2**20), b"")) - 1
    return f"has {rows:,} rows; above {MOST_ROWS:,}" if rows > MOST_ROWS else None


def _described(resource: Resource, known: set[str], missing: Any) -> dict[str, Any]:
    """Return a resource's descriptor with its schema in place and without references to tables that are not given.

    The delimiter is stated, because frictionless guesses where none is; so are the package's missing values in each
    schema that has none of its own, because frictionless knows them only there.
    """
    described = {key: resource.descriptor[key] for key in _OF_A_RESOURCE if key in resource.descriptor}
    stated = resource.descriptor.get("dialect")
    dialect = {key: stated[key] for key in _OF_A_DIALECT if key in stated} if isinstance(stated, Mapping) else {}
    described["dialect"] = dialect | {"delimiter": resource.delimiter}
    if resource.schema is not None:
        schema = {key: value for key, value in resource.schema.items() if key != "$schema"}
        if missing is not None:
            schema.setdefault("missingValues", missing)
        keys = schema.get("foreignKeys", [])
        schema["foreignKeys"] = [key for key in keys if key["reference"].get("resource", "") in ("", *known)]
        described["schema"] = schema
    return described


def _finding(error: Mapping[str, Any], tables: Mapping[str, Table]) -> Finding:
    """Return one error of frictionless as a finding, at the line where its row starts."""
    table = tables.get(str(error["resource"]))
    row = error["row"]
    # Frictionless counts rows, the header and blank ones among them; a row may take several lines.
    whole = table is not None and table.whole is None
    line = table.raw.line_of_record(row) if table is not None and whole and row is not None else row
    return finding(
        "F501",
        f"frictionless finds: {error['message']}",
        resource=error["resource"],
        file=table.file if table else None,
        line=line,
        field=error["field"],
    )


@dataclass(frozen=True)
class _Told:
    """Where our own findings already say that something is wrong."""

    lines: frozenset[tuple[str | None, int]]
    counted: frozenset[str | None]
    resources: frozenset[str | None]
    unchecked: frozenset[str | None]

    @classmethod
    def of(cls, own: Iterable[Finding]) -> _Told:
        ours = [item for item in own if item.severity is not Severity.INFO and item.code[:2] in ("F0", "F1", "F3")]
        return cls(
            frozenset((item.resource, item.line) for item in ours if item.line is not None),
            frozenset(item.resource for item in ours if "more rows" in item.message),
            frozenset(item.resource for item in ours),
            frozenset(item.resource for item in ours if item.code == "F140"),
        )

    def covers(self, error: Mapping[str, Any], theirs: Finding) -> bool:
        """Whether an error of frictionless is of a place that a finding of ours names."""
        if error["type"] == "foreign-key" and theirs.resource in self.unchecked:
            return True
        if error["type"] in _OF_A_ROW and theirs.line is not None:
            return (theirs.resource, theirs.line) in self.lines or theirs.resource in self.counted
        return theirs.resource in self.resources or (theirs.resource is None and bool(self.resources))
