"""What a reader of a stranger's package may not do: look elsewhere, use the network, take for ever, take all memory."""

from __future__ import annotations

import faulthandler
import os
import resource
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

#: Seconds that one input may take, on a machine that does other things as well.
SECONDS = 60
#: How much address space the process may have. Polars alone reserves some gigabytes that it never touches.
ADDRESS_SPACE = 16 * 2**30

_NEVER = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "urllib.",
    "ftplib.",
    "ctypes.dlopen",
)
_OF_FILES = tuple(
    f"os.{what}" for what in ("listdir", "scandir", "mkdir", "rename", "remove", "rmdir", "chmod", "link", "symlink")
)


class Breach(BaseException):
    """The reader did what it may not do; no handler of ordinary exceptions swallows it."""


class Guard:
    """An audit hook, which can not be taken off again, over one process that reads hostile input."""

    def __init__(self, folder: Path) -> None:
        library = Path(__file__).parents[2]
        places = [folder, library / "src", library / ".venv-test", *map(Path, sys.path[1:])]
        places += [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
        places += [Path(sys.prefix), Path(sys.base_prefix), Path("/usr/share/zoneinfo")]
        # Both spellings, for an environment may be reached through a link.
        self._allowed = tuple({os.path.join(str(item), "") for place in places for item in (place, place.resolve())})
        self._folder = folder
        self.armed = False
        # By full paths: the hook is not told of the folder that a path is relative to.
        shutil._use_fd_functions = False  # type: ignore[attr-defined]
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.armed:
            return
        if event.startswith(_NEVER):
            raise Breach(f"{event} {arguments!a}")
        if event == "open" or event in _OF_FILES:
            self._looked(event, arguments[0])

    def _looked(self, event: str, place: Any) -> None:
        if isinstance(place, int) or place is None:
            return
        path = os.path.abspath(os.fsdecode(place))
        # What leads out through a link counts as outside; asking for it would set the hook off again.
        self.armed = False
        try:
            real = os.path.realpath(path)
        finally:
            self.armed = True
        if not (os.path.join(real, "").startswith(self._allowed) or path == os.devnull):
            raise Breach(f"{event} {path!a}")


def limit_memory() -> None:
    """Bound the address space of this process: what takes more fails instead of taking the machine along."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def watch() -> None:
    """Start the clock of one input; when it runs out, the process writes where it is and ends."""
    faulthandler.dump_traceback_later(SECONDS, exit=True)


def rest() -> None:
    """Stop the clock."""
    faulthandler.cancel_dump_traceback_later()


def largest() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def scratch() -> Path:
    """Return a new folder, in memory if there is one, and make it the place of temporary files."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory)).resolve()
    tempfile.tempdir = str(folder)
    return folder
