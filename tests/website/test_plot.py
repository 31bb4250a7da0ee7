"""Charts as files: the same as on the site, on white, alone; and what the commands say when they cannot."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from returnees.cli import main

VALID = Path(__file__).parents[1] / "packages" / "valid"
SVG = "{http://www.w3.org/2000/svg}"


def call(*arguments: str | Path) -> Result:
    """Run the command line."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def drawing(file: Path) -> ElementTree.Element:
    """Return a drawing that stands alone: well-formed, titled, without scripts, variables or links."""
    text = file.read_text("utf-8")
    assert "var(" not in text and "<script" not in text and "href" not in text
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg" and root.findtext(f"{SVG}title")
    return root


def test_figures_are_drawn_with_their_words(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "usa.svg"
    done = call(
        "plot", root, "--area", "USA", "--source", "soufan-2017", "--measure", "travelled,returned", "--to", file
    )
    assert done.exit_code == 0, done.output
    words = [text.text or "" for text in drawing(file).iter(f"{SVG}text")]
    assert any("129" in text for text in words) and any("Returned" in text for text in words)


def test_a_map_and_a_timeline_are_drawn(root: Path, tmp_path: Path) -> None:
    assert call("plot", root, "--chart", "map", "--measure", "returned", "--to", tmp_path / "map.svg").exit_code == 0
    titles = [title.text or "" for title in drawing(tmp_path / "map.svg").iter(f"{SVG}title")]
    assert any(title.startswith("France: ") for title in titles)
    chosen = ("--area", "FRA", "--measure", "travelled,returned")
    assert call("plot", root, "--chart", "timeline", *chosen, "--to", tmp_path / "time.svg").exit_code == 0
    words = [text.text for text in drawing(tmp_path / "time.svg").iter(f"{SVG}text")]
    assert {"Travelled", "Returned"} <= set(words)


def test_png_is_png_and_the_same_each_time(tmp_path: Path) -> None:
    files = [tmp_path / "1.png", tmp_path / "2.png"]
    for file in files:
        assert call("plot", VALID, "--measure", "returned", "--scale", "2", "--to", file).exit_code == 0
    assert files[0].read_bytes().startswith(b"\x89PNG") and files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--measure", "retuned"), "did you mean 'returned'"),
        (("--chart", "map"), "a map shows one measure"),
        (("--chart", "map", "--measure", "returned"), "fewer than 5 areas"),
        (("--area", "USA", "--measure", "returned", "--to", "x.pdf"), "neither .svg nor .png"),
        (("--chart", "pie"), "'pie' is not one of"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = call("plot", VALID, "--to", tmp_path / "x.svg", *arguments)
    assert done.exit_code == 2 and words in done.output
    assert not list(tmp_path.iterdir())


def test_the_site_command_says_what_it_did_and_what_it_left_out(tmp_path: Path) -> None:
    done = call("site", VALID, "--to", tmp_path / "site")
    assert done.exit_code == 0 and (tmp_path / "site" / "index.html").is_file()
    assert done.stdout.strip() == str(tmp_path / "site" / "index.html") and "Left out: sitemap.xml" in done.stderr
    assert call("site", VALID, "--to", tmp_path).exit_code == 2
    wrong = VALID.parent / "range-backwards"
    assert call("site", wrong, "--to", tmp_path / "other").exit_code == 1 and not (tmp_path / "other").exists()


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith("returnees.site")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    done = call("plot", VALID, "--to", tmp_path / "x.svg")
    assert done.exit_code == 2 and "the extra 'site' brings it" in done.output
