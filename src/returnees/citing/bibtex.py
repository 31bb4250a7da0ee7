"""A citation in BibTeX: an entry for the work, for each other document it was read in, and for the package.

Letters beyond ASCII stay as they are (UTF-8, which every BibTeX program of the last decade reads).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from returnees.citing.gather import Citation, Reading, Work
from returnees.citing.textform import quoted
from returnees.report.escape import visible

#: What TeX takes for an instruction, and the command that prints it. A brace is written as a command, too, for BibTeX
#: counts braces even after a backslash.
_COMMANDS = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip

#: A name that BibTeX can take apart on its own: words of letters, no commas, no "and".
_PLAIN_NAME = re.compile(r"[^\W\d_][^\s,{}\\\d]*(?: [^\s,{}\\\d]+)*")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def write_bibtex(citation: Citation) -> str:
    """Return the entries, each with a key that no other has, separated by an empty line."""
    entries: dict[str, str] = {}
    if citation.work is not None:
        note = f"{citation.sentence}{_printed_in_work(citation)}"
        fields = _work_fields(citation.work) | {"pages": _pages(citation.locator), "note": escaped(note)}
        _add(entries, citation.work.id, _type(citation.work), fields)
    for document, readings in citation.documents:
        note = f"Where the figure was read: {_printed(readings)}"
        _add(entries, document.id, _type(document), _work_fields(document) | {"note": escaped(note)})
    package = citation.package
    _add(entries, "-".join(filter(None, [package.name, package.version])), "misc", _package_fields(citation))
    return "\n".join(entries.values())


def _printed_in_work(citation: Citation) -> str:
    """Return what the work itself prints, when it was read."""
    words = _printed(item for item in citation.named if item.first_hand)
    return f", printed as {words}" if words else ""


def _printed(readings: Iterable[Reading]) -> str:
    """Return what each reading prints, and where."""
    return "; ".join(f"{quoted(item.as_printed)}{f' ({item.locator})' if item.locator else ''}" for item in readings)


def _pages(locator: str) -> str:
    """Return the pages of a locator that names nothing else."""
    match = re.fullmatch(r"pp?\. ?([0-9]+(?:[-–][0-9]+)?)", locator)
    return re.sub("[-–]", "--", match[1]) if match else ""


def _add(entries: dict[str, str], name: str, kind: str, fields: Mapping[str, str]) -> None:
    """Add an entry under a key made of `name`; empty fields are left out."""
    key = stem = _key(name)
    number = 2
    while key in entries:
        key, number = f"{stem}-{number}", number + 1
    body = "".join(f"  {field} = {_value(field, value)},\n" for field, value in fields.items() if value)
    entries[key] = f"@{kind}{{{key},\n{body}}}\n"


def _value(field: str, value: str) -> str:
    """Return a field's value as it is written: a month is the name of a macro, all else text."""
    return value if field == "month" else f"{{{value}}}"


def _key(name: str) -> str:
    """Return `name` with nothing in it that BibTeX does not allow in a key."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.:+-]+", "-", ascii_only).strip("-") or "work"


def _type(work: Work) -> str:
    """Return the entry type of a work."""
    return "techreport" if work.kind == "report" and work.publisher else "misc"


def _work_fields(work: Work) -> dict[str, str]:
    """Return the fields of a work's entry."""
    names = " and ".join(map(_name, work.authors))
    people = {"editor" if work.edited else "author": names} if names else {"author": _name(work.publisher, whole=True)}
    # An author that is the publisher is said once.
    publisher = "institution" if _type(work) == "techreport" else "howpublished" if names else ""
    return {
        **people,
        "title": f"{{{escaped(work.title)}}}",
        **({publisher: escaped(work.publisher)} if publisher else {}),
        **_date(work.published),
        "language": escaped(work.language),
        "url": _url(work.url),
    }


def _package_fields(citation: Citation) -> dict[str, str]:
    """Return the fields of the package's entry; it says what the figure says where no work does."""
    package = citation.package
    notes = [f"Figure {citation.figure}" if citation.figure else "", "" if citation.work else citation.sentence]
    notes.append(f"Version {package.version}" if package.version else "")
    notes.append(f"Licence: {package.licence}" if package.licence else "")
    return {
        "author": " and ".join(_name(name, whole=True) for name in package.authors),
        "title": f"{{{escaped(package.title)}}}",
        "howpublished": "Data package",
        "version": escaped(package.version),
        **_date(package.issued),
        "doi": _url(package.doi),
        "url": _url(package.url),
        "note": escaped("; ".join(filter(None, notes))),
    }


def _name(name: str, *, whole: bool = False) -> str:
    """Return a name; in braces of its own when it is an institution's or BibTeX would take it apart wrongly."""
    if not name:
        return ""
    words = name.lower().split()
    plain = _PLAIN_NAME.fullmatch(name) is not None and not {"and", "others"} & set(words) and len(words) > 1
    return escaped(name) if plain and not whole else f"{{{escaped(name)}}}"


def _date(published: str) -> dict[str, str]:
    """Return a date, as precise as it is known, as year, month and day."""
    match = re.match(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?", published)
    if match is None:
        return {}
    return {
        "year": match[1],
        "month": _MONTHS[int(match[2]) - 1] if match[2] else "",
        "day": match[3].lstrip("0") if match[3] else "",
    }


def _url(url: str) -> str:
    """Return an address, with what would end the field, start a command or deceive a terminal written as its code."""
    return "".join(
        "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        if character in "\\{}" or character.isspace() or visible(character) != character
        else character
        for character in url
    )


def escaped(text: str) -> str:
    """Return `text` so that TeX prints it as it stands, on one line; control characters are spelled out."""
    return "".join(_COMMANDS.get(character, character) for character in visible(" ".join(text.split())))
