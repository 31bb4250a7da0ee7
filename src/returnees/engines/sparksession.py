"""A session of Spark, by Spark Connect: with a server of one's own, or with one that is elsewhere."""

from __future__ import annotations

import re
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from returnees.engines.sparkserver import server
from returnees.errors import EngineError
from returnees.package.parts import Part

#: How many seconds a server may take to answer, and a cluster until one of its workers takes work.
_ANSWER, _PATIENCE = 10, 90
#: How often, from 50 ms on, with pauses four times as long each, a server that does not answer is asked again.
_RETRIES = 4
#: The port of Spark Connect where an address states none.
_PORT = 15002
#: What a cell and a number mean, whatever the server is set to.
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.legacy.parquet.nanosAsLong": "true",
}
#: What Spark says when a worker is gone, and when nothing is there any more that could say anything.
_LOST, _GONE = ("CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND", "ExecutorLostFailure"), "StatusCode.UNAVAILABLE"


@contextmanager
def session_of(master: str | None, remote: str | None) -> Iterator[tuple[Any, int]]:
    """Open a session with a server of our own, whose work `master` does, or with the server `remote`; and its cores.

    Raises
    ------
    EngineError
        If no server starts or answers, or no worker takes work.
    """
    with warnings.catch_warnings():
        # PySpark says of pandas, of which nothing here makes use, that it is too new.
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\b")
        # What comes of it is an error, which says more.
        warnings.filterwarnings("ignore", message=r"\[RETRIES_EXCEEDED\]", module=r"pyspark\b")
        if remote is not None:
            _ask(remote)
            with _opened(remote, remote) as found:
                yield found
        else:
            with server(master) as own, _opened(own, master or "local[*]") as found:
                yield found


def _ask(remote: str) -> None:
    """Make sure that something answers at an address."""
    try:
        parts = urlsplit(remote)
        if parts.scheme != "sc" or not parts.hostname:
            raise ValueError
        place = (parts.hostname, parts.port or _PORT)
    except ValueError:
        raise EngineError(f"{remote!a} is no address of Spark Connect, such as sc://localhost:{_PORT}") from None
    try:
        socket.create_connection(place, timeout=_ANSWER).close()
    except OSError as error:
        raise EngineError(f"no Spark Connect server answers at {remote}: {error.strerror or error}") from None


@contextmanager
def _opened(remote: str, called: str) -> Iterator[tuple[Any, int]]:
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

    with told():
        session = SparkSession.builder.remote(remote).create()
    try:
        with told():
            session.client.set_retry_policies([DefaultPolicy(max_retries=_RETRIES)])
            for name, value in _SETTINGS.items():
                session.conf.set(name, value)
            cores = _cores(session, called)
        yield session, cores
    except BaseException:
        # What runs for a session goes on running when nobody waits for it.
        with suppress(Exception):
            session.interruptAll()
        raise
    finally:
        with suppress(Exception):
            session.stop()


def _cores(session: Any, called: str) -> int:
    """Return into how many pieces Spark cuts a range of numbers: one for each core, or what it is set to.

    Spark itself would wait for a worker for ever.
    """
    from pyspark.sql.connect import functions as F

    found: list[Any] = []

    def ask() -> None:
        pieces = session.range(100_000).select(F.spark_partition_id().alias("piece")).distinct()
        try:
            found.append(pieces.count())
        except Exception as error:
            found.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_PATIENCE)
    if not found:
        raise EngineError(f"no worker of {called} took any work within {_PATIENCE} seconds")
    if isinstance(found[0], Exception):
        raise found[0]
    return int(found[0])


@contextmanager
def told() -> Iterator[None]:
    """Say in one sentence what Spark cannot do."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        raise EngineError(f"Spark cannot go on: {_reason(str(error)) or type(error).__name__}") from error


def _reason(said: str) -> str:
    """Return what went wrong, from what Spark says of it and what had caused it."""
    if any(mark in said for mark in _LOST):
        return "a worker was lost, and with it rows that only it kept"
    if _GONE in said:
        return "its server does not answer any more"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("Caused by: ")]
    last = next(iter(causes[-1:] or lines), "")
    # Without the names of classes, which say less than what follows them.
    return " ".join(re.sub(r"^.*\b[\w.$]+(?:Exception|Error): ", "", last).split())[:400]


def address(part: Part) -> str:
    """Return how Spark finds a file, which every worker must see under the same path."""
    # Nothing is decoded there, and a backslash makes signs of a pattern ordinary ones.
    return "file://" + re.sub(r"([\\{}\[\]*?])", r"\\\1", part.file.as_posix())
