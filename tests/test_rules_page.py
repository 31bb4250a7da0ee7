"""The page of rules: every rule with its reason and examples, and never stale."""

from __future__ import annotations

from pathlib import Path

from between import FIRMS, figure, package
from click.testing import CliRunner

from returnees.cli import main
from returnees.consistency.setting import setting_of
from returnees.package.opening import open_package
from returnees.rulebook import rulebook

ROOT = Path(__file__).parents[1]


def test_the_shipped_page_is_as_it_should_be() -> None:
    result = CliRunner().invoke(main, ["rules", str(ROOT), "--check"])
    assert result.exit_code == 0, f"{result.output}\nrun 'returnees rules'"


def test_it_has_every_rule_with_its_reason_and_both_examples() -> None:
    setting = setting_of(open_package(ROOT))
    assert setting is not None
    page = rulebook(open_package(ROOT))
    for rule in setting.rules:
        section = page.split(f"## `{rule.id}`\n")[1].split("\n## ")[0]
        assert " ".join(rule.assertion.split()) in section
        assert rule.why in section
        assert section.count("\n- ") == len(rule.passes) + len(rule.breaks)


def test_it_is_written_and_checked_for_any_package(tmp_path: Path) -> None:
    page = tmp_path / "out" / "rules.md"
    arguments = ["rules", str(FIRMS), "--to", str(page)]
    stale = CliRunner().invoke(main, [*arguments, "--check"])
    assert stale.exit_code == 1 and not page.exists()
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert "- profit: 4" in page.read_text("utf-8")
    assert CliRunner().invoke(main, [*arguments, "--check"]).exit_code == 0


def test_a_package_without_rules_has_no_page(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["rules", str(package(tmp_path / "p", [figure("one", "a", "1")]))])
    assert result.exit_code == 2
    assert "no rule that can be used" in result.stderr


def test_a_stranger_s_text_stays_text(tmp_path: Path) -> None:
    rules = '[[rule]]\nid = "r"\nassert = "a <= b"\nlabel = "<b>x</b>"\nwhy = "`|<script>"\nseverity = "error"\n'
    page = rulebook(open_package(package(tmp_path / "p", [figure("one", "a", "1")], rules)))
    assert "\\`\\|\\<script>" in page and "\\<b>x" in page
