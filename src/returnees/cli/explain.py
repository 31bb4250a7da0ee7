"""``returnees explain``: a figure, a rule or a finding code in words."""

from __future__ import annotations

import click


@click.command(name="explain")
@click.argument("subject")
@click.argument("package", required=False, default=None)
def command(subject: str, package: str | None) -> None:
    """Explain SUBJECT: a finding code, the id of a figure or the id of a rule.

    \b
    Examples:
      returnees explain F201
      returnees explain soufan-2017-usa-returned
      returnees explain returned-killed-remaining my-package
    """
    from returnees.explaining import explain

    click.echo(explain(subject, package), nl=False)
