"""What Spark itself says of its work: bytes read, shuffled and spilled, and its executors' seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Where a task's event tells of them: https://spark.apache.org/docs/latest/monitoring.html#executor-task-metrics
_READ, _SHUFFLED = ("Input Metrics", "Bytes Read"), ("Shuffle Write Metrics", "Shuffle Bytes Written")
_NANOSECONDS, _MILLISECONDS = 1e-9, 1e-3


@dataclass(frozen=True)
class Work:
    """The work of all tasks: bytes, the seconds of processors, and the seconds that tasks ran."""

    tasks: int = 0
    read: int = 0
    shuffled: int = 0
    spilled: int = 0
    processor: float = 0.0
    running: float = 0.0


def logging_to(folder: Path) -> Mapping[str, str]:
    """Return the environment in which every program of Spark logs its events to `folder`, which must be there."""
    options = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": folder.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }
    settings = folder / "settings"
    settings.mkdir()
    lines = "".join(f"{name} {value}\n" for name, value in options.items())
    (settings / "spark-defaults.conf").write_text(lines, encoding="utf-8")
    return {"SPARK_CONF_DIR": str(settings)}


def logged(folder: Path) -> Work:
    """Return the work that was logged to `folder`."""
    tasks = read = shuffled = spilled = 0
    processor = running = 0.0
    for file in sorted(item for item in folder.iterdir() if item.is_file() and not item.name.startswith(".")):
        with file.open(encoding="utf-8") as stream:
            for line in stream:
                if not line.startswith('{"Event":"SparkListenerTaskEnd"'):
                    continue
                found = json.loads(line).get("Task Metrics") or {}
                tasks += 1
                read += _number(found, *_READ)
                shuffled += _number(found, *_SHUFFLED)
                spilled += _number(found, "Disk Bytes Spilled")
                processor += _number(found, "Executor CPU Time") * _NANOSECONDS
                running += _number(found, "Executor Run Time") * _MILLISECONDS
    return Work(tasks, read, shuffled, spilled, processor, running)


def _number(metrics: Mapping[str, object], *path: str) -> int:
    found: object = metrics
    for name in path:
        found = found.get(name, 0) if isinstance(found, Mapping) else 0
    return int(str(found))
