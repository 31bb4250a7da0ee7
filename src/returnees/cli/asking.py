"""Questions to a person at a terminal: on stderr, with the known answers offered."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import click

from returnees.report.escape import visible

if TYPE_CHECKING:
    from returnees.adding.form import Question

#: Up to this many known codes are shown with the question; more are found by a part of their name.
MOST_OFFERED = 14


def at_terminal() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty()


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
        """Print a line."""
        for line in words.split("\n"):
            click.echo(visible(line), err=True)


def confirm(words: str, *, default: bool) -> bool:
    """Ask yes or no on stderr."""
    _listen_for_interrupts()
    return click.confirm(words, default=default, err=True)


def _prompt(words: str, default: str | None) -> str:
    _listen_for_interrupts()
    if default is not None and visible(default) != default:
        default = None  # it would be printed as it is
    answer: str = click.prompt(words, default=default, show_default=bool(default), err=True)
    return answer


def _listen_for_interrupts() -> None:
    """Let Ctrl-C end a question at once: Polars has the system go on reading after it until Enter is pressed."""
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)
