"""A citation as text: sentences to paste into a note."""

from __future__ import annotations

from returnees.citing.gather import Citation, PackageWork, Work
from returnees.report.escape import visible


def write_text(citation: Citation) -> str:
    """Return the citation in a few lines: the figure, the work, where it was read, the package."""
    lines = []
    if citation.figure:
        source = work_words(citation.work, citation.locator) if citation.work else "none is stated."
        lines += [f"{citation.about}: {citation.says}.", f"Source: {source}"]
        lines += _reading_lines(citation)
        lines.append(f"Cited from: {package_words(citation.package)} Figure {citation.figure}.")
    else:
        lines.append(package_words(citation.package))
    return "".join(f"{visible(line)}\n" for line in lines)


def _reading_lines(citation: Citation) -> list[str]:
    """Return a line for each reading: what is printed, and in which document."""
    lines = []
    for reading in citation.named:
        if reading.first_hand:
            lines.append(f"Printed there as: {quoted(reading.as_printed)}{_at(reading.locator)}.")
        else:
            words = work_words(reading.document, reading.locator)
            lines.append(f"Read in: {words} Printed there as: {quoted(reading.as_printed)}.")
    more = len(citation.readings) - len(citation.named)
    if more:
        lines.append(f"{more} more reading{'' if more == 1 else 's'}; --all names every one.")
    return lines


def work_words(work: Work, locator: str = "") -> str:
    """Return a work as a line of a bibliography, with the place in it when one is given."""
    authors = list(work.authors)
    if authors and work.edited:
        authors[-1] += " (ed.)" if len(authors) == 1 else " (eds.)"
    parts = [_joined(authors), quoted(work.title), work.publisher, work.published or "no date", locator]
    return _sentence(", ".join(filter(None, parts)), work.url)


def package_words(package: PackageWork) -> str:
    """Return the package as a line of a bibliography."""
    version = f"version {package.version}" if package.version else "no version"
    date = f"({package.issued})" if package.issued else ""
    head = ", ".join(filter(None, [_joined(package.authors), quoted(package.title), " ".join([version, date]).strip()]))
    licence = f" Licence: {package.licence}." if package.licence else ""
    return _sentence(head, f"https://doi.org/{package.doi}" if package.doi else package.url) + licence


def quoted(text: str) -> str:
    """Return `text` in quotation marks, unless it has its own around it."""
    return text if len(text) > 1 and text[0] in '"“«„' and text[-1] in '"”»“' else f"“{text}”"


def _joined(names: list[str] | tuple[str, ...]) -> str:
    """Return names as a list in words."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _at(locator: str) -> str:
    return f", {locator}" if locator else ""


def _sentence(words: str, url: str) -> str:
    """Return words as a sentence, with the address after it."""
    return f"{words}. {url}" if url else f"{words}."
