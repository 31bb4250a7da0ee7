"""A Spark cluster on this machine: ``python benchmarks/cluster.py --workers 2`` starts one and prints its address.

A master and its workers, each with one core, run as they would on machines of their own, from the Spark that comes with
PySpark. They listen to this machine only. All that they write is in one temporary folder, which is removed at the end.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = "127.0.0.1"
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
#: How long a cluster is waited for until its workers are there, and until it is gone, in seconds.
PATIENCE = 300


def missing() -> str | None:
    """Return what Spark needs and this machine lacks, None if it is all there."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed"
    return None if shutil.which("java") else "Java is not installed"


@contextmanager
def cluster(workers: int, memory: str = "4g") -> Iterator[str]:
    """Run a cluster of so many workers, each with one core and so much memory, and yield its address.

    Raises
    ------
    SystemExit
        If it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="returnees-cluster-") as name:
        folder = Path(name)
        port, page = free_ports(2)
        address = f"spark://{HOST}:{port}"
        processes: list[subprocess.Popen[bytes]] = []
        try:
            processes.append(started(folder, MASTER, "--port", str(port), "--webui-port", str(page)))
            # A worker that finds no master waits for longer than the master takes.
            wait_for(page, 0, processes, folder)
            for number in range(workers):
                place = folder / f"worker-{number}"
                own = ("--cores", "1", "--memory", memory, "--webui-port", "0", "--work-dir", str(place))
                processes.append(started(folder, WORKER, *own, address))
            wait_for(page, workers, processes, folder)
            yield address
        finally:
            # All are asked before any is waited for: whoever is impatient leaves nothing running.
            for process in reversed(processes):
                process.terminate()
            for process in reversed(processes):
                ended(process)


def spark_home() -> Path:
    """Return where PySpark keeps its Spark."""
    found = importlib.util.find_spec("pyspark")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent


def environment(folder: Path) -> Mapping[str, str]:
    """Return what is told to Spark: where it is, that it listens to this machine only, and where it writes."""
    options = f"-Djava.io.tmpdir={folder} -XX:-UsePerfData"
    own = {"SPARK_HOME": spark_home(), "SPARK_LOCAL_IP": HOST, "SPARK_LOCAL_DIRS": folder / "scratch"}
    own |= {"SPARK_DAEMON_JAVA_OPTS": options, "SPARK_DAEMON_MEMORY": "512m", "SPARK_NO_DAEMONIZE": "1"}
    return {**os.environ, **{key: str(value) for key, value in own.items()}}


def started(folder: Path, what: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a master or a worker, in a group of processes of its own, so that Ctrl-C is not for it."""
    command = [str(spark_home() / "bin" / "spark-class"), what, "--host", HOST, *arguments]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens at."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for item in sockets:
            item.bind((HOST, 0))
        return [int(item.getsockname()[1]) for item in sockets]
    finally:
        for item in sockets:
            item.close()


def wait_for(page: int, workers: int, processes: list[subprocess.Popen[bytes]], folder: Path) -> None:
    """Wait until the master says that so many workers are there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and all(process.poll() is None for process in processes):
        try:
            with urllib.request.urlopen(f"http://{HOST}:{page}/json/", timeout=5) as answer:
                if json.load(answer)["aliveworkers"] >= workers:
                    return
        except (OSError, ValueError):
            pass
        time.sleep(0.2)
    last = (folder / "log").read_text(errors="replace").splitlines()[-5:]
    raise SystemExit("\n".join(["benchmarks: the cluster does not start; its last words:", *last]))


def ended(process: subprocess.Popen[bytes]) -> None:
    """Wait until a process has ended, and end what is left of its group."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def leave(*_: object) -> None:
    """Take the first request to end for Ctrl-C, and let no other one disturb the leaving."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> None:
    """Start a cluster, print its address, and keep it until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Run a Spark cluster on this machine until Ctrl-C.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", default="4g", help="of each worker")
    arguments = parser.parse_args()
    if lack := missing():
        parser.error(lack)
    signal.signal(signal.SIGTERM, leave)
    try:
        with cluster(arguments.workers, arguments.memory) as address:
            print(address, flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
