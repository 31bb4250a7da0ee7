"""Where each page is, relative to the site's root: names of files that are the same on every build."""

from __future__ import annotations

from collections.abc import Mapping

from returnees.site.content import Content
from returnees.site.text import file_names


class Links:
    """The paths of the pages of a site, without ending."""

    def __init__(self, content: Content) -> None:
        subject = content.subject
        self._folders: dict[str, tuple[str, Mapping[str, str]]] = {
            "figure": ("figures", file_names(content.figures)),
            "source": ("sources", file_names(content.sources)),
            "publisher": ("publishers", file_names(content.publishers)),
            "rule": ("rules", file_names(content.setting.rule_of)),
        }
        if subject is not None:
            taken = {folder for folder, _ in self._folders.values()} | {"maps", "static", "downloads"}
            folder = subject.folder if subject.folder not in taken else f"{subject.folder}-pages"
            self._folders["subject"] = (folder, file_names(content.subject_codes))

    def folder(self, kind: str) -> str:
        """Return the folder of the pages of a kind."""
        return self._folders[kind][0]

    def path(self, kind: str, code: str) -> str:
        """Return the path of a page without its ending, or nothing when there is no such page."""
        folder, names = self._folders.get(kind, ("", {}))
        return f"{folder}/{names[code]}" if code in names else ""
