"""Templates filled with a package's words: all is escaped, and every address is relative to the page it is on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from returnees.figures.readings import number
from returnees.package.about import url
from returnees.site.content import Content, Subject
from returnees.site.links import Links
from returnees.site.text import counted, language, shown


class Renderer:
    """Fills templates with what all pages share."""

    def __init__(self, content: Content, links: Links) -> None:
        self._links, self._content = links, content
        self._environment = Environment(
            loader=FunctionLoader(_template),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters |= {
            "number": number,
            "counted": counted,
            "language": language,
            "url": url,
            "drawing": Markup,
            "plain": _plain_number,
        }
        self._environment.globals |= {
            "content": content,
            "site_name": content.package.name,
            "site_title": content.title,
            "subject": content.subject,
            "navigation": self._navigation,
            "infinity": math.inf,
            "extras": self._extras,
        }

    def page(self, template: str, path: str, values: Mapping[str, Any]) -> bytes:
        """Return the page at `path` (with its ending), made of `values`."""
        root = "../" * path.count("/")

        def link(kind: str, code: object) -> str:
            found = self._links.path(kind, str(code))
            return f"{root}{found}.html" if found else ""

        text = self._environment.get_template(template).render(root=root, link=link, path=path, **values)
        return (text.rstrip("\n") + "\n").encode("utf-8")

    def _navigation(self, subject: Subject | None) -> list[tuple[str, str]]:
        """Return the pages that every page leads to."""
        pages = [(f"{self._links.folder('subject')}/index.html", subject.title)] if subject else []
        return [
            ("explore.html", "Explore"),
            *pages,
            (f"{self._links.folder('source')}/index.html", "Sources"),
            ("quality.html", "Quality"),
            (f"{self._links.folder('rule')}/index.html", "Rules"),
            ("codebook.html", "Codebook"),
            ("data.html", "Data"),
        ]

    def _extras(self, fields: Sequence[str]) -> list[str]:
        """Return the fields of figures that are neither coordinates nor parts of the number."""
        special = {"figure_id", "source_id", "measure_id", "as_of", "qualifier", "value", "low", "high"}
        return [name for name in fields if name not in special | set(self._content.setting.profile.dimensions.values())]


def _plain_number(value: object) -> str:
    """Return a number as the files write it, and nothing for none."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _template(name: str) -> str:
    return (files("returnees.site") / "templates" / name).read_text(encoding="utf-8")


def _finalize(value: object) -> object:
    """Return what a template prints: text without what a page must not obey; nothing for a missing cell."""
    if value is None:
        return ""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def json_bytes(document: object) -> bytes:
    """Return a document as JSON; what UTF-8 cannot write is escaped."""
    return (json.dumps(document, ensure_ascii=False, default=str) + "\n").encode("utf-8", "backslashreplace")


def json_in_page(document: object) -> Markup:
    """Return a document as JSON that can stand in a script element: no character in it ends one."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"), default=str)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
