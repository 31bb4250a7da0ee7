"""Write docs/cli.md from the help of every command; with ``--check``, say whether it is current."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from returnees.cli import main as returnees

TARGET = Path(__file__).resolve().parent.parent / "docs" / "cli.md"

HEAD = """\
# The command line

Written by `scripts/cli_reference.py` from the help of each command; do not edit.

Data goes to standard output, everything else to standard error. Bad input is told in a sentence, never by a traceback.
`NO_COLOR` set to anything keeps the output without colours; there are none either when it goes to a file or pipe.

| exit code | when |
|---|---|
| 0 | nothing wrong |
| 1 | findings at or above `--fail-on`, or what `--check` asks for does not hold |
| 2 | the job could not be done: a wrong option, no such package, a file that cannot be read or written |

## Completion

The shell completes commands, options and their values once it has read what this prints:

| shell | line | file |
|---|---|---|
| Bash 4.4 or newer | `eval "$(_RETURNEES_COMPLETE=bash_source returnees)"` | `~/.bashrc` |
| Zsh | `eval "$(_RETURNEES_COMPLETE=zsh_source returnees)"` | `~/.zshrc` |
| Fish | `_RETURNEES_COMPLETE=fish_source returnees \\| source` | `~/.config/fish/completions/returnees.fish` |

"""


def commands(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Yield the full name and the help of a command and of all below it, as they are on a terminal of 80 columns."""
    settings = {**command.context_settings, "terminal_width": 80, "max_content_width": 80}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            assert below is not None
            yield from commands(below, each, context)


def reference() -> str:
    """Return the document."""
    parts = (f"## {name}\n\n```text\n{text}\n```\n" for name, text in commands(returnees, "returnees"))
    return HEAD + "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the document, or compare it."""
    text = reference()
    if arguments != ["--check"]:
        TARGET.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print("docs/cli.md is not what the commands' help says; run scripts/cli_reference.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
