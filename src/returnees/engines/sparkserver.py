"""A Spark Connect server of one's own: Java, started here, in local mode or as the driver of a cluster."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from returnees.errors import EngineError
from returnees.package.temporary import made, placing

_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
#: The oldest Java that Spark 4 runs on.
_JAVA = 17
#: How many seconds the server may take to start and, once told so, to end.
_START, _END = 120, 20
#: Runs a command that is told to end as soon as whoever started it is gone, whatever it was gone by.
_BOUND = 'exec 3<&0; { cat <&3 >/dev/null; kill $$; } & exec "$@" 3<&- </dev/null'


@contextmanager
def server(master: str | None) -> Iterator[str]:
    """Start a server for as long as the block lasts, and give its address, which nobody else has the key of.

    What it and Spark's driver write goes to a temporary folder, which is gone at the end.

    Raises
    ------
    EngineError
        If there is no Java, or an old one, or the server does not start.
    """
    _ask_java()
    with placing(EngineError, "Spark's temporary files"):
        place = made("returnees-spark-")
    with place as folder:
        log, port, token = Path(folder) / "spark.log", _free_port(), secrets.token_urlsafe(24)
        with placing(EngineError, "Spark's temporary files"), log.open("wb") as stream:
            process = subprocess.Popen(
                ["/bin/sh", "-c", _BOUND, "sh", *_command(Path(folder), master, port)], stdin=subprocess.PIPE,
                stdout=stream, stderr=stream, start_new_session=True, env=_environment(token),
            )  # fmt: skip
        try:
            _wait_for(process, port, log)
            yield f"sc://localhost:{port}/;token={token}"
        finally:
            _end(process)


def _command(folder: Path, master: str | None, port: int) -> list[str]:
    from pyspark.find_spark_home import _find_spark_home

    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.app.name": "returnees",
        "spark.ui.enabled": "false",
        "spark.log.level": "WARN",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    if master is None:
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.memory": f"{_half_of_the_memory()}m"}
    stated = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    # Where Spark writes, too, unless its own settings say otherwise.
    java = f"-Djava.io.tmpdir={folder} -Dderby.system.home={folder}"
    program = Path(_find_spark_home()) / "bin" / "spark-submit"
    where = ["--master", master or "local[*]", "--driver-java-options", java]
    return [str(program), "--class", _SERVER, *where, *stated, "spark-internal"]


def _environment(token: str) -> Mapping[str, str]:
    """Return the environment of the server, in which nothing says that Spark is elsewhere."""
    elsewhere = ("SPARK_REMOTE", "SPARK_LOCAL_REMOTE", "SPARK_CONNECT_MODE_ENABLED")
    own = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return own | {"SPARK_CONNECT_AUTHENTICATE_TOKEN": token}


def _half_of_the_memory() -> int:
    """Return half of the machine's memory in MiB: the tables are kept by the server alone."""
    from returnees.engines.choosing import memory

    return int(min(memory(), 2**38) / 2 / 2**20)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _ask_java() -> None:
    """Make sure of a Java that Spark runs on."""
    if os.name == "nt":
        raise EngineError("on Windows Spark is not started here; --spark-remote names a Spark Connect server")
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    wanted = f"Spark needs Java {_JAVA} or newer"
    if java is None:
        raise EngineError(f"{wanted}; there is none {f'in JAVA_HOME ({home})' if home else 'on the PATH'}")
    said = subprocess.run(
        [java, "-version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    ).stdout
    found = re.search(r'version "(\d+)(?:\.(\d+))?', said)
    if found is None:
        # Such as that JAVA_TOOL_OPTIONS has an option that there is not.
        words = " ".join(said.split())[:400] or "nothing"
        raise EngineError(f"{wanted}; {java} does not say which it is, only: {words}")
    # Up to Java 8 the second number was the one that counted.
    release = int(found[2] if found[1] == "1" and found[2] else found[1])
    if release < _JAVA:
        raise EngineError(f"{wanted}; {java} is Java {release}")


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server answers.

    Raises
    ------
    EngineError
        If it ends before, for the reason that it gave last, or takes too long.
    """
    until = time.monotonic() + _START
    while time.monotonic() < until:
        if process.poll() is not None:
            raise EngineError(f"Spark does not start: {_reason(log.read_text('utf-8', 'replace'))}")
        with socket.socket() as asking:
            asking.settimeout(1)
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise EngineError(f"Spark does not start: it did not answer within {_START} seconds")


def _reason(said: str) -> str:
    """Return the last thing that went wrong: causes come after what they caused."""
    lines = [line.strip() for line in said.splitlines() if re.search(r"(?:Exception|Error)\b.*: |[Cc]annot", line)]
    return lines[-1][:400] if lines else "it does not say why"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the server go, by force if need be."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
