"""What is said of Spark on the command line, what Spark says, and which Java will do: told without a Java."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from returnees.cli import main
from returnees.engines import sparksession
from returnees.errors import EngineError

PACKAGES = Path(__file__).parent / "packages"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "<_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.UNAVAILABLE",
            "its server does not answer any more",
        ),
        (
            "[CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND] Checkpoint block rdd_7_0 not found!",
            "a worker was lost, and with it rows that only it kept",
        ),
        (
            "Job aborted\nCaused by: a.TaskException: No\nCaused by: java.io.IOException: No space left on device",
            "No space left on device",
        ),
        (
            "[PATH_NOT_FOUND] Path does not exist: file:/a. SQLSTATE: 42K03\n\nJVM stacktrace:\n\tat b.c(D.scala:1)",
            "[PATH_NOT_FOUND] Path does not exist: file:/a. SQLSTATE: 42K03",
        ),
        ("", "SparkConnectGrpcException"),
    ],
)  # fmt: skip
def test_what_spark_cannot_is_one_sentence(said: str, told: str) -> None:
    from pyspark.errors.exceptions.connect import SparkConnectGrpcException

    with pytest.raises(EngineError, match=rf"^Spark cannot go on: {re.escape(told)}$"), sparksession.told():
        raise SparkConnectGrpcException(said)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--spark-remote", "sc://127.0.0.1:1"], "no Spark Connect server answers at sc://127.0.0.1:1"),
        (["--spark-remote", "spark://a:1"], "is no address of Spark Connect, such as sc://localhost:15002"),
        (["--spark-remote", "sc://a:b"], "is no address of Spark Connect"),
        (["--spark-remote", "sc://a", "--spark-master", "local"], "state one of them"),
        (["--engine", "duckdb", "--spark-master", "local"], "are for --engine spark"),
    ],
)
def test_what_is_said_of_spark_must_go_together(options: list[str], words: str) -> None:
    done = CliRunner().invoke(main, ["validate", str(PACKAGES / "valid"), "--engine", "spark", *options])
    assert done.exit_code == 2 and words in done.output and "Traceback" not in done.output


@pytest.mark.skipif(os.name == "nt", reason="a program is made of a shell script")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        (None, "there is none on the PATH"),
        ("echo 'openjdk version \"11.0.2\" 2019-01-15' >&2", "is Java 11"),
        ("echo 'java version \"1.8.0_201\"' >&2", "is Java 8"),
        ("exit 1", "does not say which it is, only: nothing"),
        ("echo No such option; echo '  Error' >&2; exit 1", "does not say which it is, only: No such option Error"),
    ],
)
def test_a_java_that_will_not_do_is_told(
    script: str | None, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script is not None:
        (tmp_path / "java").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "java").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    done = CliRunner().invoke(main, ["validate", str(PACKAGES / "valid"), "--engine", "spark"])
    assert done.exit_code == 2 and words in done.output and "Spark needs Java 17 or newer" in done.output
