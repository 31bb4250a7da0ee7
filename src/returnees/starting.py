"""A fresh package that follows the profile: the template, and the shipped schemas cut to the fields that it has."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from returnees.errors import UsageError
from returnees.package.integrity import described, json_bytes
from returnees.package.opening import DESCRIPTOR
from returnees.package.shipped import shipped_package
from returnees.writing import write_all

#: A file of the template whose name starts so gets a dot in its place: build tools pass over hidden files.
_DOT = "dot-"
#: The endings of files of the template that speak of the package by its title.
_PLACEHOLDERS = (".md",)
#: What the standard recommends for a package's name.
_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]*$")


def start(folder: Path, *, name: str | None = None, title: str | None = None) -> tuple[str, ...]:
    """Write a fresh package into `folder` and return the paths of its files, relative to it.

    Parameters
    ----------
    folder
        A folder that does not exist yet or holds no file; what version control keeps in it may be there.
    name
        The package's name; by default the folder's, in lower case and with hyphens.
    title
        Its title; by default made from the name.

    Raises
    ------
    UsageError
        If the folder holds files, or the name cannot be a package's.
    ReturneesError
        If it cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the new package")
    if found := next(_occupants(folder), None):
        raise UsageError(f"{folder} is not empty (it holds '{found.name}'); a new package needs a folder of its own")
    contents = fresh(name or _slug(folder.absolute().name), title)
    write_all({folder / path: content for path, content in contents.items()})
    return tuple(contents)


def fresh(name: str, title: str | None = None) -> dict[str, bytes]:
    """Return the files of a fresh package by their paths, the descriptor last.

    Raises
    ------
    UsageError
        If `name` cannot be the name of a package.
    """
    if not _NAME.match(name):
        raise UsageError(f"{name!a} cannot be the name of a package; use lower-case letters, digits, '.', '_' and '-'")
    title = title or name.replace("-", " ").replace("_", " ").strip().capitalize()
    stated = tomllib.loads(_template("package.toml").read_text(encoding="utf-8"))
    contents = dict(_copied(_template("package"), title))
    shipped = json.loads((shipped_package() / DESCRIPTOR).read_text(encoding="utf-8"))
    kept = {path.removeprefix("data/").removesuffix(".csv"): path for path in contents if path.startswith("data/")}
    resources = [dict(item) for item in shipped["resources"] if item["name"] in kept]
    for item in resources:
        schema = json.loads((shipped_package() / item["schema"]).read_text(encoding="utf-8"))
        header = contents[kept[item["name"]]].decode("utf-8").split("\n", 1)[0]
        cut = _cut(schema, item["name"], header.split(","), stated)
        contents[item["schema"]] = json_bytes(cut)
        item["description"] = cut["description"]
    descriptor = {
        "$schema": shipped["$schema"], "name": name, "title": title, **_filled(stated["descriptor"], title),
        "rules": shipped["rules"], "resources": resources,
    }  # fmt: skip
    contents[DESCRIPTOR] = described(descriptor, {table: contents[path] for table, path in kept.items()})
    return contents


def _occupants(folder: Path) -> Iterator[Path]:
    """Yield what stands in the folder, but for what version control keeps there."""
    if folder.is_dir():
        yield from (item for item in sorted(folder.iterdir()) if item.name not in (".git", ".hg"))


def _slug(word: str) -> str:
    """Return a folder's name as that of a package."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in word.lower())
    return "-".join(part for part in kept.split("-") if part) or "package"


def _template(name: str) -> Traversable:
    return files("returnees") / "templates" / name


def _copied(folder: Traversable, title: str, path: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield the files of the template by the path that they get."""
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name == "__pycache__":
            continue
        name = path + (f".{item.name.removeprefix(_DOT)}" if item.name.startswith(_DOT) else item.name)
        if item.is_dir():
            yield from _copied(item, title, f"{name}/")
        elif name.endswith(_PLACEHOLDERS):
            yield name, item.read_text(encoding="utf-8").replace("{title}", title).encode("utf-8")
        else:
            yield name, item.read_bytes()


def _filled(value: Any, title: str) -> Any:
    """Return `value` with the title put in wherever a text asks for it."""
    if isinstance(value, str):
        return value.replace("{title}", title)
    if isinstance(value, list):
        return [_filled(item, title) for item in value]
    return {key: _filled(item, title) for key, item in value.items()} if isinstance(value, dict) else value


def _cut(schema: Mapping[str, Any], table: str, names: Sequence[str], stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shipped schema with the fields `names` only, and what the template says otherwise of them."""
    said = stated["fields"].get(table, {})
    cut: dict[str, Any] = {**schema, **stated["schemas"].get(table, {})}
    cut["fields"] = [field | said.get(field["name"], {}) for field in schema["fields"] if field["name"] in names]
    if "foreignKeys" in schema:
        cut["foreignKeys"] = [key for key in schema["foreignKeys"] if set(key["fields"]) <= set(names)]
    if "uniqueKeys" in schema:
        cut["uniqueKeys"] = [[name for name in key if name in names] for key in schema["uniqueKeys"]]
    return cut
