"""The process in which frictionless runs: a descriptor on standard input, what it finds on standard output.

It is a process of its own so that it runs beside our checks, and so that neither its memory nor a fault in it is ours.
"""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

#: Frictionless stops after this many errors in one table; our own checks name as many.
MOST_ERRORS = 1_000


def _offline() -> None:
    """Make every network connection fail: nothing in a package is worth fetching."""
    import socket

    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("the network is not used")

    socket.socket.connect = refuse  # type: ignore[method-assign]
    socket.getaddrinfo = refuse


def main() -> None:
    """Validate the package that standard input describes and print its errors as JSON."""
    _offline()
    from frictionless import FrictionlessException, Package, system

    task = json.loads(sys.stdin.buffer.read())
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
