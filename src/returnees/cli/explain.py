"""``returnees explain``: a figure, a rule or a finding code in words."""

from __future__ import annotations

import click

from returnees.cli.common import opened_with_warning


@click.command(name="explain")
@click.argument("subject", required=False, default=None)
@click.argument("package", required=False, default=None)
@click.option("--codes", is_flag=True, help="Explain every finding code, as docs/findings.md does.")
def command(subject: str | None, package: str | None, codes: bool) -> None:
    """Explain SUBJECT: a finding code, the id of a figure or the id of a rule.

    'returnees show --format csv' lists the ids of figures, 'returnees validate' those of rules.

    \b
    Examples:
      returnees explain F201
      returnees explain soufan-2017-usa-returned
      returnees explain returned-killed-remaining my-package
      returnees explain --codes
    """
    from returnees.errors import UsageError
    from returnees.explaining import explain, explain_code, is_code
    from returnees.report.codes import codes_page

    if codes:
        click.echo(codes_page(), nl=False)
        return
    if subject is None:
        raise UsageError("name what to explain: a finding code, the id of a figure or the id of a rule; or --codes")
    words = explain_code(subject) if is_code(subject) else explain(subject, opened_with_warning(package))
    click.echo(words, nl=False)
