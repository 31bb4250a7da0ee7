"""The reference of the command line is current, its examples can be typed, and shells complete what it names."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from returnees.cli import COMMANDS, main
from returnees.cli.validate import _FORMATS
from returnees.report.forms import FORMATS

VALID = str(Path(__file__).parent / "packages" / "valid")
SPOILT = str(Path(__file__).parent / "packages" / "enum")
PROGRAM = [sys.executable, "-m", "returnees"]

pytestmark = pytest.mark.usefixtures("frictionless_here", "checked_once")


def run(*arguments: str, **environment: str) -> Result:
    result = CliRunner().invoke(main, list(arguments), env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_reference_is_current(root: Path) -> None:
    script = root / "scripts" / "cli_reference.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def examples() -> Iterator[str]:
    """Yield each example of every help, the group's own first."""
    for name in (None, *COMMANDS):
        text = run(*([name] if name else []), "--help").output
        section = text.split("Examples:\n", 1)[1].split("\n\n", 1)[0]
        yield from (line.strip() for line in section.splitlines())


@pytest.mark.parametrize("example", list(examples()))
def test_each_example_is_a_command_that_can_be_typed(example: str) -> None:
    program, *arguments = shlex.split(example)
    assert program == "returnees"
    start = next(place for place, word in enumerate(arguments) if not word.startswith("-"))
    context = main.make_context("returnees", arguments[: start + 1])
    command = main.get_command(context, arguments[start])
    assert command is not None
    command.make_context(arguments[start], arguments[start + 1 :], parent=context)


def test_every_option_says_what_it_does() -> None:
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, f"{name} {option.name}"


def completed(words: str) -> list[str]:
    """Return what Bash would be told for the last of these words."""
    environment = os.environ | {
        "_RETURNEES_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    # The variable is named after the program, which is called as a shell calls it.
    code = "from returnees.cli import main; main(prog_name='returnees')"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    return [line.split(",", 1)[1] for line in done.stdout.splitlines()]


def test_a_shell_completes_commands_options_and_values() -> None:
    assert completed("returnees val") == ["validate"]
    assert set(completed("returnees ")) == set(COMMANDS)
    assert completed("returnees validate --si") == ["--since"]
    assert completed("returnees validate --format s") == ["sarif"]
    assert completed("returnees validate --fail-on w") == ["warning"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_shells_print_a_script(shell: str, root: Path) -> None:
    reference = (root / "docs" / "cli.md").read_text(encoding="utf-8")
    assert f"_RETURNEES_COMPLETE={shell}_source returnees" in reference
    environment = os.environ | {"_RETURNEES_COMPLETE": f"{shell}_source"}
    code = "from returnees.cli import main; main(prog_name='returnees')"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert "returnees" in done.stdout
    if shell == "bash" and shutil.which("bash"):
        assert subprocess.run(["bash", "-n"], input=done.stdout, text=True).returncode == 0


def test_version_and_help_are_one_answer_each() -> None:
    assert re.fullmatch(r"returnees \d+\.\d+\.\d+\n", run("--version").output)
    assert run("-h").output == run("--help").output


def test_quiet_keeps_standard_error_empty_unless_something_went_wrong() -> None:
    assert run("show", VALID).stderr == "4 figures.\n"
    quiet = run("--quiet", "show", VALID)
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    assert quiet.stdout == run("show", VALID).stdout
    failed = run("--quiet", "show", VALID, "--area", "FI")
    assert failed.exit_code == 2 and "did you mean 'FIN'" in failed.stderr


def test_quiet_validation_shows_errors_only() -> None:
    assert "Verdicts" not in run("validate", SPOILT, "--quiet").stdout
    assert "F132" in run("validate", SPOILT, "-q").stdout


def test_verbose_tells_the_steps_on_standard_error() -> None:
    result = run("--verbose", "validate", VALID)
    steps = [line for line in result.stderr.splitlines() if re.match(r" *\d+\.\d\d s  ", line)]
    assert len(steps) == 3 and "opened" in steps[0]
    assert "opened" not in result.stdout
    assert not [line for line in run("validate", VALID).stderr.splitlines() if " s  " in line]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("refused", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_are_for_terminals_and_can_be_refused(refused: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", **refused}.items():
        monkeypatch.setenv(name, value)
    main_end, other_end = pty.openpty()
    with os.fdopen(other_end, "w", encoding="utf-8") as terminal, pytest.raises(SystemExit) as ended:
        monkeypatch.setattr(sys, "stdout", terminal)
        main(["validate", SPOILT, "-q"], prog_name="returnees")
    monkeypatch.undo()
    seen = os.read(main_end, 65_536)  # all that was said: it is shorter than what a terminal keeps
    os.close(main_end)
    assert ended.value.code == 1
    assert b"F132" in seen
    assert (b"\x1b[" in seen) is not bool(refused)


# Where reports go.


def test_the_help_names_the_formats_that_there_are() -> None:
    assert tuple(FORMATS) == _FORMATS
    said = " ".join(run("validate", "--help").output.split())
    assert all(f"{usual} in {form}" in said for form, (_, usual) in FORMATS.items() if usual is not None)


def test_several_reports_in_one_run(tmp_path: Path) -> None:
    files = {form: tmp_path / f"report.{form}" for form in FORMATS}
    result = run("validate", SPOILT, "--format", "text", *(f"--format={form}={file}" for form, file in files.items()))
    assert result.exit_code == 1
    assert "error F132" in result.stdout
    assert all("F132" in file.read_text(encoding="utf-8") for file in files.values())
    assert files["text"].read_text(encoding="utf-8") == result.stdout


def test_output_names_the_file_of_the_one_format_without(tmp_path: Path) -> None:
    out, other = tmp_path / "out" / "a", tmp_path / "b"
    result = run("validate", SPOILT, "--format", "json", "--format", f"html={other}", "--output", str(out))
    assert result.stdout == ""
    assert out.read_text(encoding="utf-8").startswith("{")
    assert other.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "jsn"], "did you mean 'json'"),
        (["--format", "text", "--format", "json"], "write --format json=FILE"),
        (["--format", "json="], "names no file"),
        (["--format", "json=a", "--output", "b"], "each --format names one"),
        (["--format", "json=a", "--format", "sarif=./a"], "cannot hold two reports"),
        (["--format", "json", "--output", "."], "is a folder"),
    ],
)
def test_reports_that_cannot_be_written_as_asked(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("validate", VALID, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr and result.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("target", ["/proc/nothing/report", "{file}/report"])
def test_a_file_that_cannot_be_written_is_told_in_one_sentence(target: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("validate", VALID, "--output", target.format(file=tmp_path / "file"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "cannot be written" in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a named pipe")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen([*PROGRAM, "validate", VALID, "--output", str(pipe)], stderr=subprocess.DEVNULL)
    assert "valid." in pipe.read_text(encoding="utf-8")
    assert process.wait() == 0
    assert pipe.is_fifo()


def test_the_summary_of_a_job_is_added_to_what_is_there(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n", encoding="utf-8")
    result = run("validate", SPOILT, "--format", "github", GITHUB_STEP_SUMMARY=str(summary))
    assert result.stdout.startswith("::error ")
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("# Before\n## ") and "F132" in text
    missing = run("validate", VALID, "--format", "github", GITHUB_STEP_SUMMARY=str(tmp_path))
    assert missing.exit_code == 2 and "cannot be written" in missing.stderr


def test_annotations_name_files_from_the_top_of_the_repository(tmp_path: Path) -> None:
    shutil.copytree(SPOILT, tmp_path / "some" / "package")
    (tmp_path / ".git").mkdir()
    result = run("validate", str(tmp_path / "some" / "package"), "--format", "github")
    assert "file=some/package/data/areas.csv,line=2" in result.stdout
