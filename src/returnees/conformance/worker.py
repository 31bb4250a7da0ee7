"""The process in which frictionless runs: a descriptor on standard input, what it finds on standard output.

It is a process of its own so that it runs beside our checks, and so that neither its memory nor a fault in it is ours.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from typing import Any

#: Frictionless stops after this many errors in one table; our own checks name as many.
MOST_ERRORS = 1_000
#: Bytes of memory that the process may have.
MOST_MEMORY = 8 * 2**30

_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")


def _jail(root: str) -> None:
    """Let this process open no file outside the package and the libraries, nor the network, from now on.

    The descriptor it was given leads nowhere else; should frictionless find a way all the same, it ends here.
    """
    places = [root, sys.prefix, sys.base_prefix, tempfile.gettempdir(), *sys.path]
    allowed = tuple({f"{os.path.realpath(place).rstrip(os.sep)}{os.sep}" for place in places if place})

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _NETWORK:
            raise OSError("the network is not used")
        if event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if path != os.devnull and not path.startswith(allowed):
                raise OSError("only files of the package are read")

    sys.addaudithook(heard)


def _little_memory() -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _confine(root: str) -> None:
    """Take from this process what judging the package at `root` does not need; it cannot be given back."""
    _jail(root)
    _little_memory()


def main() -> None:
    """Validate the package that standard input describes and print its errors as JSON."""
    # The libraries make many objects, all of which stay: looking for garbage among them takes a sixth of the time.
    gc.disable()
    from frictionless import FrictionlessException, Package, system

    gc.freeze()
    gc.set_threshold(100_000)
    gc.enable()
    task = json.loads(sys.stdin.buffer.read())
    _confine(task["root"])
    try:
        with system.use_context(trusted=True):
            package = Package.from_descriptor(task["descriptor"], basepath=task["root"])
            report = package.validate(limit_errors=MOST_ERRORS)
    except FrictionlessException as stopped:
        reasons = stopped.reasons or [stopped.error]
        json.dump({"errors": [_plain(error, None) for error in reasons]}, sys.stdout)
        return
    found = [_plain(error, None) for error in report.errors]
    for item in report.tasks:
        found += [_plain(error, item.name) for error in item.errors]
    json.dump({"errors": found}, sys.stdout)


def _plain(error: Any, resource: str | None) -> dict[str, Any]:
    """Return one error of frictionless as plain values."""
    return {
        "type": error.type,
        "message": error.message,
        "resource": resource,
        "row": getattr(error, "row_number", None),
        "field": getattr(error, "field_name", None) or getattr(error, "label", None),
    }


if __name__ == "__main__":
    main()
