"""From a seed and a number to one hostile input: a sound package, and a few changes drawn from a grammar."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from fuzz import values

PACKAGES = Path(__file__).parents[1] / "packages"

#: A package about to be written: its files by path.
Files = dict[str, bytes]


@dataclass
class Input:
    """One input: what to run it through, the package's files, the links and devices in it, its zip if it is one."""

    target: str
    files: Files
    links: dict[str, str] = field(default_factory=dict)
    zipped: bytes | None = None
    #: Whether everything is done with it that can be done, also where a part usually is enough.
    whole: bool = False


@cache
def _corpus() -> tuple[Files, ...]:
    """Return the packages that are broken: the sound one, several times over, and each that has one thing wrong."""
    names = sorted(path.parent.name for path in PACKAGES.glob("*/datapackage.json"))
    return tuple(_files(PACKAGES / name) for name in ["valid"] * len(names) + names)


def _files(folder: Path) -> Files:
    found = (item for item in sorted(folder.rglob("*")) if item.is_file() and not item.is_symlink())
    return {item.relative_to(folder).as_posix(): item.read_bytes() for item in found if item.name != "expected.json"}


#: What inputs are run through, and how many in a hundred: a validation takes a hundred times as long as a rule file.
SHARES = {"rules": 56, "zip": 22, "table": 12, "descriptor": 8, "package": 1.5, "command": 0.5}


def make(seed: int, number: int) -> Input:
    """Return input `number` of the run with `seed`; the same two always give the same input."""
    random = Random(f"{seed}:{number}")
    target = random.choices(list(SHARES), list(SHARES.values()))[0]
    given = Input(target, dict(random.choice(_corpus())), whole=number % 40 == 0)
    if target == "table":
        _one_table(random, given)
    changes: dict[str, list[Callable[[Random, Input], None]]] = {
        "table": [_csv_bytes, _csv_cells, _schema_in_place],
        "rules": [_rule_words, _rule_bytes],
        "zip": [_csv_bytes, _json_bytes],
        "descriptor": [_json_tree, _json_tree, _json_bytes, _file_system],
        "package": [_csv_bytes, _csv_cells, _csv_cells, _json_tree, _schema_in_place, _rule_words, _file_system],
        "command": [_csv_cells, _json_tree, _schema_in_place, _csv_bytes, _rule_words],
    }
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        random.choice(changes[target])(random, given)
    if target == "zip":
        given.zipped = _zip(random, given.files)
    return given


def _one_table(random: Random, given: Input) -> None:
    """Keep one of the package's tables, so that ten are tried in the time of one package."""
    descriptor = _parsed(given)
    if isinstance(descriptor, dict) and isinstance(descriptor.get("resources"), list) and descriptor["resources"]:
        descriptor["resources"] = [random.choice(descriptor["resources"])]
        kept = descriptor["resources"][0].get("path") if isinstance(descriptor["resources"][0], dict) else None
        content = json.dumps(descriptor).encode()
        given.files = {name: text for name, text in given.files.items() if name == kept} | {"datapackage.json": content}


def _some(random: Random, given: Input, ending: str) -> str | None:
    names = sorted(name for name in given.files if name.endswith(ending))
    return random.choice(names) if names else None


def _spliced(random: Random, content: bytes, pieces: list[bytes]) -> bytes:
    """Return the content with a piece put in, a part cut out, doubled or flipped."""
    at = random.randrange(len(content) + 1)
    to = min(len(content), at + random.choice((0, 1, 2, 8, 64, 4096)))
    kind = random.randrange(6)
    if kind < 3:
        return content[:at] + random.choice(pieces) + content[to if kind == 2 else at :]
    if kind == 3:
        return content[:at] + content[to:]
    if kind == 4:
        return content[:to] + content[at:to] * random.choice((1, 2, 50)) + content[to:]
    return content[:at] + bytes(random.randrange(256) for _ in range(random.choice((1, 1, 3)))) + content[at + 1 :]


def _csv_bytes(random: Random, given: Input) -> None:
    if name := _some(random, given, ".csv"):
        given.files[name] = _spliced(random, given.files[name], values.BYTES)
        if random.random() < 0.05:
            given.files[name] = (
                given.files[name].decode("latin-1").encode(random.choice(("utf-16", "utf-8", "utf-16-be")))
            )


def _csv_cells(random: Random, given: Input) -> None:
    if name := _some(random, given, ".csv"):
        rows = [line.split(b",") for line in given.files[name].split(b"\n")]
        for _ in range(random.choice((1, 1, 2, 9))):
            row = random.choice(rows)
            row[random.randrange(len(row))] = random.choice(values.CELLS).encode()
        if random.random() < 0.1:
            rows += [list(random.choice(rows)) for _ in range(random.choice((1, 30, 1_500)))]
        given.files[name] = b"\n".join(b",".join(row) for row in rows)


def _json_bytes(random: Random, given: Input) -> None:
    if name := _some(random, given, ".json"):
        given.files[name] = _spliced(random, given.files[name], values.JSON_BYTES)


def _value(random: Random, key: str = "") -> Any:
    """Return something to put under `key`, more often than not of the kind that is looked at there."""
    kind = random.randrange(10)
    if key == "pattern" and kind < 8:
        return random.choice(values.PATTERNS)
    if key in ("path", "schema", "rules", "dialect") and kind < 7:
        return random.choice(values.PATHS)
    if key in ("name", "resource", "fields", "primaryKey", "title") and kind < 7:
        return random.choice(values.NAMES)
    if kind == 8:
        return [_value(random) for _ in range(random.choice((0, 1, 3)))]
    if kind == 9:
        return {random.choice(values.KEYS): _value(random) for _ in range(random.choice((1, 2)))}
    # A copy, for what is put in may be changed in turn.
    return deepcopy(
        random.choice(random.choice((values.VALUES, values.VALUES, values.WORDS, values.NAMES, values.CELLS)))
    )


def _nodes(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) of a JSON value."""
    found: list[tuple[Any, Any]] = []
    rest = [value]
    while rest:
        item = rest.pop()
        inner = (
            list(item.items()) if isinstance(item, dict) else list(enumerate(item)) if isinstance(item, list) else []
        )
        for key, inside in inner:
            found.append((item, key))
            rest.append(inside)
    return found


def _json_tree(random: Random, given: Input) -> None:
    """Change the tree of the descriptor at a place or two."""
    descriptor = _parsed(given)
    if descriptor is None:
        return
    for _ in range(random.choice((1, 1, 2, 4))):
        nodes = _nodes(descriptor)
        if not nodes:
            break
        container, key = random.choice(nodes)
        kind = random.randrange(8)
        if kind < 3:
            container[key] = _value(random, str(key))
        elif kind == 3:
            del container[key]
        elif kind == 4 and isinstance(container, list):
            container += [json.loads(json.dumps(container[key]))] * random.choice((1, 2, 60))
        elif kind == 5:
            container[key] = json.loads("[" * 120 + "]" * 120)
        elif isinstance(container, dict):
            new = random.choice(values.KEYS)
            container[new] = _value(random, new)
    given.files["datapackage.json"] = json.dumps(descriptor).encode()


def _parsed(given: Input) -> Any:
    try:
        return json.loads(given.files["datapackage.json"])
    except (KeyError, ValueError, RecursionError):
        return None


def _schema_in_place(random: Random, given: Input) -> None:
    """Give a field another type, format, option or constraint, or the table another key."""
    descriptor = _parsed(given)
    tables = [
        item
        for item in (descriptor.get("resources", []) if isinstance(descriptor, dict) else [])
        if isinstance(item, dict) and isinstance(item.get("schema"), dict) and item["schema"].get("fields")
    ]
    if not tables:
        return
    table = random.choice(tables)
    schema = table["schema"]
    chosen = random.choice(schema["fields"])
    if not isinstance(chosen, dict):
        return
    kind = random.randrange(6)
    if kind < 2:
        chosen["type"] = random.choice(values.WORDS[:16])
    elif kind == 2:
        key = random.choice(values.KEYS[26:36])
        chosen["constraints"] = {**(chosen.get("constraints") or {}), key: _value(random, key)}
    elif kind == 3:
        key = random.choice(values.KEYS[36:46])
        chosen[key] = _value(random, key)
    elif kind == 4:
        names = [item.get("name") for item in schema["fields"] if isinstance(item, dict)]
        schema[random.choice(("primaryKey", "uniqueKeys"))] = [random.choice((names, [names]))[:2]][0]
    else:
        key = {
            "fields": [chosen.get("name")],
            "reference": {"resource": table.get("name"), "fields": [chosen.get("name")]},
        }
        schema["foreignKeys"] = [key] * random.choice((1, 3, 150))
    given.files["datapackage.json"] = json.dumps(descriptor).encode()


def _rule_words(random: Random, given: Input) -> None:
    text = given.files.get("schemas/rules.toml", b"").decode("utf-8", "replace")
    words = text.split(" ")
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(words) + 1)
        words[at : at + random.randrange(2)] = [random.choice(values.RULE_WORDS)]
    if random.random() < 0.1:
        words *= random.choice((2, 20))
    given.files["schemas/rules.toml"] = " ".join(words).encode("utf-8", "replace")


def _rule_bytes(random: Random, given: Input) -> None:
    pieces = [word.encode("utf-8", "replace") for word in values.RULE_WORDS] + values.BYTES
    given.files["schemas/rules.toml"] = _spliced(random, given.files.get("schemas/rules.toml", b""), pieces)


def _file_system(random: Random, given: Input) -> None:
    """Take a file away, or put a link, a pipe or a folder in its place."""
    name = random.choice(sorted(given.files) or ["x"])
    content = given.files.pop(name, b"")
    kind = random.randrange(8)
    if kind == 0:
        return
    if kind == 1:
        given.files[f"{name}/inside"] = content
    elif kind == 2:
        given.files[f"{name}.moved"] = content
        given.links[name] = name.rpartition("/")[2] + ".moved"
    else:
        given.links[name] = random.choice(
            ("/etc/hostname", "../canary.txt", "/proc/self/environ", "/dev/zero", "fifo:", name, ".")
        )


def _zip(random: Random, files: Files) -> bytes:
    """Return the files as a zip, with entries added, described falsely, or with its bytes changed."""
    buffer = io.BytesIO()
    pack = random.choice(
        (zipfile.ZIP_DEFLATED,) * 8 + (zipfile.ZIP_STORED,) * 4 + (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    with zipfile.ZipFile(buffer, "w", pack) as archive:
        prefix = random.choice(("", "", "", "", "example/", "example/", "a/b/"))
        entries = [(prefix + name, content) for name, content in files.items()]
        for _ in range(random.choice((0, 0, 1, 2))):
            entries.append(
                (random.choice(values.ENTRY_NAMES), random.choice((b"", b"{}", bytes(3_000_000), b"x" * 50)))
            )
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            kind = random.choice((stat.S_IFREG,) * 150 + (0, stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR))
            entry.external_attr = (kind | 0o644) << 16
            entry.compress_type = pack
            archive.writestr(entry, content)
    content = buffer.getvalue()
    if random.random() < 0.4:
        for _ in range(random.choice((1, 1, 3))):
            content = _spliced(
                random,
                content,
                [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"\xff\xff\xff\xff", b"\0\0\0\0", *values.BYTES],
            )
    return content


def write(given: Input, folder: Path) -> Path:
    """Write the input below `folder` and return the path that a person would name."""
    (folder / "canary.txt").write_text(f"a,b\n{values.CANARY},1\n")
    root = folder / "package"
    root.mkdir()
    if given.zipped is not None:
        (folder / "package.zip").write_bytes(given.zipped)
        return folder / "package.zip"
    if given.target == "rules" and not given.whole:
        return root  # only the text is looked at
    for name, content in given.files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_dir():  # another change has put a folder there
            target.write_bytes(content)
    for name, meant in given.links.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            continue  # another change has put a file there
        if meant == "fifo:":
            os.mkfifo(target)
        else:
            target.symlink_to(meant)
    return root
