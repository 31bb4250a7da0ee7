"""Questions to a person at a terminal: on stderr, with the known answers offered."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from returnees.cli.common import say, width_of
from returnees.cli.keyboard import typed_line
from returnees.report.escape import visible
from returnees.report.lines import fitted

if TYPE_CHECKING:
    from returnees.adding.form import Question

#: Up to this many known codes are shown with the question; more are found by a part of their name.
MOST_OFFERED = 14


def at_terminal() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin is not None and sys.stdin.isatty()


class Terminal:
    """Asks at the terminal."""

    def ask(self, question: Question, default: str | None, needed: bool) -> str:
        """Ask one question: what the field means, the known answers, and then for one."""
        self.say(f"\n{question.words.rstrip('.')}.")
        codes = question.codes
        if codes is not None and len(codes.names) <= MOST_OFFERED:
            self.say(f"  known: {', '.join(map(codes.shown, codes.names)) or 'none yet'}")
        elif codes is not None:
            self.say(f"  {len(codes.names):,} are known; a part of a name finds them")
        if question.opens:
            self.say("  one that is not known yet can be added")
        words = question.option.replace("-", " ")
        if default is None and not needed:
            words, default = f"{words} (Enter for none)", ""
        return _prompt(words, default)

    def confirm(self, words: str, *, default: bool) -> bool:
        """Ask yes or no."""
        return confirm(visible(words), default=default)

    def name(self, proposal: str) -> str:
        """Ask for the id of the new figure."""
        self.say("\nThe figure's id is kept for ever and is made from its coordinates, never from the value.")
        return _prompt("figure", proposal)

    def say(self, words: str) -> None:
        """Print lines."""
        for line in words.split("\n"):
            say(visible(line))


def confirm(words: str, *, default: bool) -> bool:
    """Ask yes or no on stderr; Enter alone is `default`.

    Raises
    ------
    click.Abort
        If the person leaves with Ctrl-C or Ctrl-D.
    """
    answers = {"y": True, "yes": True, "n": False, "no": False, "": default}
    while True:
        answer = _line(f"{words} [{'Y/n' if default else 'y/N'}]: ").strip().lower()
        if answer in answers:
            return answers[answer]
        click.echo("Please answer y or n.", err=True)


def _prompt(words: str, default: str | None) -> str:
    """Ask on stderr until there is an answer; Enter alone is `default`, if there is one."""
    if default is not None and visible(default) != default:
        default = None  # it would be printed as it is
    shown = f" [{default}]" if default else ""
    while True:
        answer = _line(f"{words}{shown}: ") or default
        if answer is not None:
            return answer
        click.echo("An answer is needed here; Ctrl-C leaves, and nothing is written.", err=True)


def _line(prompt: str) -> str:
    """Return the line that is typed after `prompt`."""
    while True:
        click.echo(fitted(prompt.rstrip(), width_of(sys.stderr)) + " ", nl=False, err=True)
        try:
            return typed_line()
        except UnicodeDecodeError:
            click.echo("What was typed is not text in the terminal's encoding; please type it again.", err=True)
        except (KeyboardInterrupt, EOFError):
            raise click.Abort from None
