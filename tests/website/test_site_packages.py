"""Sites of other packages: another subject, hardly any tables, every cell an attack, one that has changed."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import html5lib
import pytest

import returnees
from returnees.package.opening import open_package
from returnees.site.plan import Site

from .conftest import build, make_package
from .test_site_build import pages
from .test_site_build import test_every_link_leads_to_a_file_of_the_site_and_is_relative as check_links


def sectors(folder: Path) -> returnees.Package:
    """Return a package of another subject: no areas, no readings, no publishers, two coordinates of its own."""
    figures = [
        {
            "figure_id": f"{source}-{sector}-{measure}",
            "source_id": source,
            "sector_id": sector,
            "size_id": "all",
            "measure_id": measure,
            "as_of": date,
            "qualifier": "about",
            "value": str(value),
            "low": "",
            "high": "",
        }
        for source, date, step in (("one", "2020", 1), ("two", "2020-05", 3), ("three", "2021", 2))
        for sector in ("mining", "trade")
        for measure, value in (("turnover", 100 * step), ("cost", 60 * step))
    ]
    tables: dict[str, list[dict[str, Any]]] = {
        "figures": figures,
        "sources": [{"source_id": name, "title": f"Survey {name}"} for name in ("one", "two", "three")],
        "measures": [
            {"measure_id": name, "title": name.capitalize(), "unit": "euros"} for name in ("turnover", "cost")
        ],
        "sectors": [{"sector_id": name, "title": name.capitalize()} for name in ("mining", "trade")],
        "sizes": [{"size_id": "all", "title": "All"}],
    }
    keys = {name: [f"{name[:-1]}_id"] for name in tables}
    return make_package(
        folder,
        tables,
        keys,
        {"figures": {"source_id": "sources", "measure_id": "measures", "sector_id": "sectors", "size_id": "sizes"}},
    )


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> tuple[returnees.Package, Site]:
    """The package of another subject with its site, built by one process."""
    package = sectors(tmp_path_factory.mktemp("other"))
    return package, build(package, processes=1)


def test_a_package_of_another_subject_gets_its_site(other: tuple[returnees.Package, Site]) -> None:
    _, site = other
    assert {"sectors/mining.html", "sectors/trade.json", "explore.html", "sources/one.html"} <= set(site.files)
    assert not [path for path in site.files if path.startswith(("maps/", "areas/", "publishers/"))]
    page = site.files["sectors/mining.html"].decode("utf-8")
    assert "Turnover" in page and "about 300" in page and "Where publishers disagree" in page
    assert page.count('<svg class="chart"') == 3
    check_links(site)


def test_a_package_without_coordinates_gets_its_site(tmp_path: Path) -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "figures": [
            {
                "figure_id": "f",
                "source_id": "s",
                "measure_id": "m",
                "qualifier": "exact",
                "value": "1",
                "low": "",
                "high": "",
            }
        ]
    }
    site = build(make_package(tmp_path, tables, {"figures": ["figure_id"]}, {}))
    assert {"index.html", "explore.html", "figures/f.html", "sources/s.html"} <= set(site.files)
    check_links(site)


def test_a_package_without_figures_is_refused(tmp_path: Path) -> None:
    package = make_package(tmp_path, {"areas": [{"area_id": "A"}]}, {"areas": ["area_id"]}, {})
    with pytest.raises(returnees.PackageError, match="no table 'figures'"):
        build(package)


#: What a hostile cell may hold: markup, ends of scripts, attributes, templates, controls, marks that turn text round.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</script><xss>",
    "</svg><xss>",
    "</title><xss>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "]]><xss>",
    "\u202egnp.exe",
    "a\x1b[31mb",
    "<!--",
    "|a|b|",
    "`<xss>`",
    "[x](javascript:alert(1))",
    "&lt;xss&gt;",
)


def hostile(folder: Path) -> returnees.Package:
    """Return a package in which every text is an attack, and ids try to leave the folder."""
    ids = [f"../../{text}" for text in HOSTILE]
    areas = [
        {"area_id": code, "name": text, "kind": text, "m49": number}
        for code, text, number in zip(ids, HOSTILE, range(100, 200), strict=False)
    ]
    areas[0]["m49"], areas[1]["m49"], areas[2]["m49"], areas[3]["m49"], areas[4]["m49"] = (
        "250",
        "276",
        "826",
        "840",
        "462",
    )
    figures = [
        {
            "figure_id": f"{code}-{number}",
            "source_id": code,
            "measure_id": ids[number % 2],
            "area_id": code,
            "as_of": "2017",
            "qualifier": "exact",
            "value": str(10 + number),
            "low": "",
            "high": "",
            "unit": "persons",
            "basis": text,
            "note": text,
        }
        for code, text in zip(ids, HOSTILE, strict=True)
        for number in range(6)
    ]
    readings = [
        {
            "figure_id": item["figure_id"],
            "document_id": item["source_id"],
            "as_printed": item["note"],
            "locator": item["note"],
            "qualifier": "exact",
            "value": item["value"],
            "low": "",
            "high": "",
        }
        for item in figures
    ]
    tables: dict[str, list[dict[str, Any]]] = {
        "figures": figures,
        "readings": readings,
        "areas": areas,
        "measures": [
            {"measure_id": code, "title": text, "definition": text, "unit": "persons"}
            for code, text in zip(ids[:2], HOSTILE, strict=False)
        ],
        "sources": [
            {
                "source_id": code,
                "publisher_id": code,
                "kind": text,
                "title": text,
                "language": text,
                "url": text,
                "authors": text,
            }
            for code, text in zip(ids, HOSTILE, strict=True)
        ],
        "publishers": [
            {"publisher_id": code, "name": text, "kind": text} for code, text in zip(ids, HOSTILE, strict=True)
        ],
    }
    keys = {name: [f"{name[:-1]}_id"] for name in tables} | {"readings": ["figure_id", "document_id", "as_printed"]}
    references = {
        "figures": {"source_id": "sources", "measure_id": "measures", "area_id": "areas"},
        "readings": {"figure_id": "figures", "document_id": "sources"},
        "sources": {"publisher_id": "publishers"},
    }
    return make_package(
        folder,
        tables,
        keys,
        references,
        title=HOSTILE[0],
        description=HOSTILE[3],
        homepage=HOSTILE[7],
        contributors=[{"title": HOSTILE[1]}],
        licenses=[{"name": HOSTILE[1], "path": HOSTILE[7]}],
    )


#: Elements that pages consist of; anything else came in through a cell.
ELEMENTS = frozenset(
    """a b bdi body br button caption circle code dd defs details div dl dt em figcaption figure footer form g h1 h2
    h3 head header html input label li line link main meta nav noscript ol option p path pattern pre rect script section
    select small span strong summary svg table tbody td text th thead title tr ul""".split()  # noqa: SIM905 (it reads better)
)


def test_no_cell_of_a_hostile_package_becomes_markup(tmp_path: Path) -> None:
    site = build(hostile(tmp_path))
    texts = 0
    for path, page in pages(site):
        assert "\u202e" not in page and "\x1b" not in page, path
        for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
            if not isinstance(element.tag, str):
                continue
            tag = element.tag.rpartition("}")[2]
            assert tag in ELEMENTS, (path, tag)
            assert not [name for name in element.attrib if name.rpartition("}")[2].startswith("on")], path
            address = element.get("href", element.get("src", ""))
            assert not address.strip().lower().startswith("javascript"), path
            if tag == "script":
                inside = element.get("src", "")
                assert re.fullmatch(r"(\.\./)?static/[a-z]+\.js", inside) or json.loads("".join(element.itertext())), (
                    path
                )
            texts += "<script>alert(1)</script>" in "".join(element.itertext())
    assert texts, "the attacks are nowhere to be seen, so nothing was tested"
    for path in site.files:
        assert re.fullmatch(r"[A-Za-z0-9_./-]+", path) and ".." not in path, path
    check_links(site)


def test_same_package_same_bytes(other: tuple[returnees.Package, Site]) -> None:
    package, site = other
    assert site == build(open_package(package.root), processes=2)


def test_changes_between_versions_are_told(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    new = sectors(tmp_path)
    for file in tmp_path.glob("*.*"):
        shutil.copy(file, tmp_path / "old")
    text = (tmp_path / "old" / "figures.csv").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "old" / "figures.csv").write_text("".join(text[:-1]), "utf-8")
    descriptor = json.loads((tmp_path / "old" / "datapackage.json").read_text("utf-8")) | {"version": "0.9.0"}
    (tmp_path / "old" / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    site = build(new, earlier=[open_package(tmp_path / "old")])
    assert [item["version"] for item in json.loads(site.files["changes.json"])] == ["Version 1.0.0", "Version 0.9.0"]
    assert "1 row added" in site.files["changes.html"].decode("utf-8")
    assert b"1 row added" in site.files["changes.atom"]
