"""Where the two versions are: on disk, or at a revision of the package's git repository."""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from returnees.errors import PackageError, UsageError, nearest
from returnees.package import strictjson
from returnees.package.limits import Limits
from returnees.package.model import Package
from returnees.package.opening import DESCRIPTOR, open_package
from returnees.package.temporary import laid_out

#: Variables by which git tells the programs it starts where they are.
_OF_HOOKS = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"}
)


def open_places(old: str, new: str | None) -> tuple[Package, Package]:
    """Return the packages that `old` and `new` name; ``A..B`` in `old` alone names two revisions.

    Without `new`, or with nothing after the dots, the newer is the package in the current folder.

    Raises
    ------
    PackageError
        If there is no package or revision of that name.
    UsageError
        If the revisions are written in a way that is not known.
    """
    if new is None and ".." in old and not Path(old).exists():
        if "..." in old:
            raise UsageError(f"'{old}' has three dots; write OLD..NEW, or OLD.. for what is in the folder")
        first, _, second = old.partition("..")
        old, new = first or "HEAD", second or None
    newer = open_package() if new is None else open_place(new, Path.cwd())
    here = newer.root if newer.keep is None else Path.cwd()
    return open_place(old, here), newer


def open_place(word: str, here: Path) -> Package:
    """Return the package that `word` names: a path, else a revision of the repository that the folder `here` is in.

    Raises
    ------
    PackageError
        If it is neither.
    """
    if Path(word).exists():
        return open_package(word)
    if word.lower().endswith((".zip", ".json")) or word.startswith(("/", "./", "../", "~")):
        raise PackageError(f"{word} does not exist")
    return _at_revision(word, here)


@dataclass(frozen=True, slots=True)
class _Blob:
    """A file of a revision."""

    id: str
    size: int


def _at_revision(revision: str, here: Path) -> Package:
    """Return the package of the folder `here` as it was at `revision`, read from git without touching the folder."""
    commit = _commit(revision, here)
    prefix = os.fsdecode(_git(here, "rev-parse", "--show-prefix")).removesuffix("\n")
    blobs = _blobs(here, commit, prefix)
    limits = Limits()
    if DESCRIPTOR not in blobs:
        raise PackageError(f"there was no {DESCRIPTOR} in {prefix or 'the repository'} at {revision}")
    (descriptor,) = _contents(here, [blobs[DESCRIPTOR]])
    # What is named and not there, opening the package says.
    named = sorted(_paths(descriptor))
    folders = tuple(f"{path}/" for path in named if path not in blobs)
    paths = [DESCRIPTOR, *(path for path in named if path in blobs)]
    paths += sorted(path for path in blobs if folders and path.startswith(folders))
    if sum(blobs[path].size for path in paths) > limits.zip_bytes:
        raise PackageError(f"the package at {revision} has more than {limits.zip_bytes:,} bytes")
    contents = _contents(here, [blobs[path] for path in paths])
    folder = laid_out(dict(zip(paths, contents, strict=True)))
    return replace(open_package(folder.name), label=revision, keep=folder)


def _commit(revision: str, here: Path) -> str:
    """Return the id of the commit that `revision` names."""
    if shutil.which("git") is None:
        raise PackageError(f"{revision} does not exist, and without git it cannot be looked up as a revision")
    asked = _run(here, "rev-parse", "--git-dir")
    if b"not a git repository" in asked.stderr:
        raise PackageError(f"{revision} does not exist, and {here} is not in a git repository to look it up in")
    _must_succeed(asked)
    found = _run(here, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        names = _git(here, "for-each-ref", "--format=%(refname:short)").decode("utf-8", "replace").splitlines()
        raise PackageError(
            f"{revision} is neither a package nor a revision of the repository{nearest(revision, names)}"
        )
    return found.stdout.decode().strip()


def _blobs(here: Path, commit: str, prefix: str) -> Mapping[str, _Blob]:
    """Return the plain files of a commit below `prefix`, by their path there."""
    listing = _git(here, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    blobs = {}
    for entry in os.fsdecode(listing).split("\0"):
        facts, _, path = entry.partition("\t")
        parts = facts.split()
        # A link's content is a path, not the file it leads to: links are not followed, as in any other package.
        if path.startswith(prefix) and len(parts) == 4 and parts[0] in ("100644", "100755"):
            blobs[path.removeprefix(prefix)] = _Blob(parts[2], int(parts[3]))
    return blobs


def _paths(descriptor: bytes) -> Iterator[str]:
    """Yield the paths that a descriptor names: tables, schemas, rules."""
    try:
        stated = strictjson.parse(descriptor).value
    except strictjson.NotJson:
        return
    if not isinstance(stated, Mapping):
        return
    resources = stated.get("resources")
    named = [stated.get("rules")]
    for item in resources if isinstance(resources, list) else ():
        if isinstance(item, Mapping):
            path = item.get("path")
            named += [item.get("schema"), *(path if isinstance(path, list) else [path])]
    for path in {item for item in named if isinstance(item, str)}:
        plain = posixpath.normpath(path)
        if not plain.startswith(("/", "..")) and plain != DESCRIPTOR:
            yield plain


def _contents(here: Path, blobs: Sequence[_Blob]) -> Iterator[bytes]:
    """Yield the content of each of `blobs`, all read by one process."""
    asked = "".join(f"{blob.id}\n" for blob in blobs).encode("ascii")
    answer = _must_succeed(_run(here, "cat-file", "--batch", given=asked))
    start = 0
    for blob in blobs:
        # Each is a line with its facts, its bytes and a line feed.
        start = answer.index(b"\n", start) + 1
        yield answer[start : start + blob.size]
        start += blob.size + 1


def _git(here: Path, *arguments: str) -> bytes:
    """Return what git prints; raise PackageError, with git's own words, when it fails."""
    return _must_succeed(_run(here, *arguments))


def _must_succeed(done: subprocess.CompletedProcess[bytes]) -> bytes:
    """Return what git printed, or raise with what it complained of."""
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise PackageError(f"git could not read the repository: {' '.join(words.split())}")
    return done.stdout


def _run(here: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # No shell, nothing that a repository's own settings could start, and nothing fetched. What git tells the hooks it
    # runs about its folder and index (GIT_DIR and the like) is of the repository they were started for.
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(here), *arguments]
    settings = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    settings |= {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1"}
    try:
        return subprocess.run(command, capture_output=True, check=False, input=given, env=settings)
    except OSError as error:
        raise PackageError(f"git could not be started: {error.strerror or error}") from None
