"""The broken packages: what an engine has to do with each, and many of them side by side in one.

An engine takes long to ask little of a small table, so the faults of many packages are put into one.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from effort import times
from making import PACKAGES, VALID
from pycountry import countries

NAMES = sorted(expected.parent.name for expected in PACKAGES.glob("*/expected.json"))
#: The tables of codes, which packages side by side have in common.
_CODES = ("areas", "measures")
#: Countries of which no package says anything, with their numbers.
_COUNTRIES = [(item.alpha_3, item.numeric) for item in countries if item.alpha_3 not in ("FIN", "USA")]


def codes(*names: str) -> set[str]:
    """Return the codes of what is found in broken packages."""
    stated = (json.loads((PACKAGES / name / "expected.json").read_text("utf-8")) for name in names)
    return {item["code"] for each in stated for item in each["findings"]}


def _resources(folder: Path) -> dict[str, Any]:
    """Return the resources of a package that have a name, without what holds for their present files only."""
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8", "replace"))
    named = [item for item in descriptor["resources"] if isinstance(item, dict) and "name" in item]
    return {item["name"]: {key: item[key] for key in item if key not in ("bytes", "hash")} for item in named}


def _rules(folder: Path) -> bytes | None:
    file = folder / "schemas/rules.toml"
    return file.read_bytes() if file.is_file() else None


_SOUND = _resources(VALID)
_FILES = {file.name: file.read_bytes() for file in (VALID / "data").iterdir()}
#: What is found where a table is not read at all.
_UNREAD = {"F001", "F002", "F003", "F004", "F006", "F008"}


def _changed(name: str) -> set[str]:
    """Return the tables of a package that are not as in the sound one; those that are take time and show nothing."""

    def is_sound(table: str, stated: dict[str, Any]) -> bool:
        path = stated.get("path")
        if stated != _SOUND.get(table) or not isinstance(path, str):
            return False
        file = PACKAGES / name / path
        return file.read_bytes() == _FILES[file.name]

    return {table for table, stated in _resources(PACKAGES / name).items() if not is_sound(table, stated)}


#: The packages that an engine has to do with, and the tables in which each is not as the sound one.
CHANGED = {name: found for name in NAMES if not codes(name) & _UNREAD and (found := _changed(name))}
_KNOWN = _resources(PACKAGES / "known-issue")["known_issues"]
#: The packages that have the resources and the rules of the sound one, and known issues or none.
ALIKE = [
    name
    for name in CHANGED
    if _rules(PACKAGES / name) == _rules(VALID)
    and _resources(PACKAGES / name) in (_SOUND, {**_SOUND, "known_issues": _KNOWN})
]


def codes_of_tables(*names: str) -> set[str]:
    """Return the codes of what is wrong with tables of packages, or between them, whatever they are about."""
    return {code for code in codes(*names) if code.startswith("F1")}


#: A key within a table is found by the code of any other key.
_UNSHOWN = ("foreign-key-self",)


def _in_tables() -> list[str]:
    """Return of the packages that are not alike one for each set of codes, and all with more effort."""
    shown: list[set[str]] = []
    chosen = []
    for name in CHANGED:
        if name not in ALIKE and codes_of_tables(name):
            if codes(name) not in shown or name in _UNSHOWN or times(1) > 1:
                chosen.append(name)
            shown.append(codes(name))
    return chosen


#: The packages whose tables stand side by side.
IN_TABLES = _in_tables()


def _one_for_each_other_code() -> list[str]:
    """Return a package for each thing that can be wrong and does not stand side by side with others."""
    shown, chosen = codes(*ALIKE) | codes_of_tables(*IN_TABLES), []
    for name in NAMES:
        if codes(name) - shown:
            chosen.append(name)
        shown |= codes(name)
    return chosen


#: The packages that are checked each by itself: all with more effort.
ALONE = NAMES if times(1) > 1 else _one_for_each_other_code()


def tables_side_by_side(folder: Path) -> tuple[Path, set[str]]:
    """Write a package of all tables of `IN_TABLES`, each under its package's name and its own; and say which are wrong.

    What concerns a table, or keys between tables, is as in its package; nothing is said about figures.
    """
    stated = []
    for name in IN_TABLES:
        shutil.copytree(PACKAGES / name, folder / name)
        for resource in _resources(folder / name).values():
            paths = resource["path"]
            resource["path"] = [f"{name}/{path}" for path in paths] if isinstance(paths, list) else f"{name}/{paths}"
            resource["name"] = f"{name}-{resource['name']}"
            if isinstance(schema := resource.get("schema"), str):
                resource["schema"] = f"{name}/{schema}"
            else:
                for key in (schema or {}).get("foreignKeys", []):
                    if target := key["reference"].get("resource"):
                        key["reference"]["resource"] = f"{name}-{target}"
            stated.append(resource)
    (folder / "datapackage.json").write_text(json.dumps({"name": "tables", "resources": stated}), "utf-8")
    return folder, {f"{name}-{table}" for name in IN_TABLES for table in CHANGED[name]}


def rows_side_by_side(folder: Path) -> Path:
    """Write a package of the rows of all packages of `ALIKE`; each has sources and figures of its own.

    All have the sound codes in common. What a package states otherwise of a country it states of one of its own.
    """
    shutil.copytree(PACKAGES / "known-issue", folder, ignore=shutil.ignore_patterns("expected.json"))
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    descriptor["resources"] = list(_resources(folder).values())
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    for table in _resources(folder):
        target = folder / f"data/{table}.csv"
        header = target.read_text("utf-8").split("\n")[0]
        lines = _rows(VALID, table, header) if table in _CODES else []
        for name, (code, number) in zip(ALIKE, _COUNTRIES, strict=False):
            own = _rows(PACKAGES / name, table, header)
            if table in _CODES:
                own = [line for line in own if line not in lines or own.count(line) > 1]
                lines += [re.sub(r"\b246\b", number, line.replace("FIN,", f"{code},")) for line in own]
            else:
                lines += [re.sub(r"\b(alpha|beta)-", rf"{name}-\1-", line) for line in own]
        target.write_text("\n".join([header, *lines, ""]), "utf-8")
    return folder


def _rows(folder: Path, table: str, header: str) -> list[str]:
    """Return the lines of a table below its header; none where a package does not have it."""
    file = folder / f"data/{table}.csv"
    if not file.is_file():
        return []
    first, *lines = file.read_text("utf-8").removesuffix("\n").split("\n")
    assert first == header, f"{file} has the columns of the others"
    return lines
