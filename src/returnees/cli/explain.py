"""``returnees explain``: a figure, a rule or a finding code in words."""

from __future__ import annotations

import click


@click.command(name="explain")
@click.argument("subject", required=False, default=None)
@click.argument("package", required=False, default=None)
@click.option("--codes", is_flag=True, help="Explain every finding code, as docs/findings.md does.")
def command(subject: str | None, package: str | None, codes: bool) -> None:
    """Explain SUBJECT: a finding code, the id of a figure or the id of a rule.

    \b
    Examples:
      returnees explain F201
      returnees explain soufan-2017-usa-returned
      returnees explain returned-killed-remaining my-package
      returnees explain --codes
    """
    from returnees.errors import UsageError
    from returnees.explaining import explain
    from returnees.report.codes import codes_page

    if codes:
        click.echo(codes_page(), nl=False)
        return
    if subject is None:
        raise UsageError("name what to explain: a finding code, the id of a figure or the id of a rule; or --codes")
    click.echo(explain(subject, package), nl=False)
