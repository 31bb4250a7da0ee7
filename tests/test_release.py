"""Releases: the same bytes whoever builds them, whole or found out."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import returnees
from returnees.catalogue import FORMATS
from returnees.cli.release import command
from returnees.errors import ReturneesError
from returnees.findings import finding
from returnees.outcome import Report
from returnees.releasing import release

ROOT = Path(__file__).parents[1]
PACKAGES = Path(__file__).parent / "packages"

pytestmark = pytest.mark.usefixtures("frictionless_here")


def run(*arguments: str, epoch: str | None = None) -> Result:
    result = CliRunner(env={"SOURCE_DATE_EPOCH": epoch}).invoke(command, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit | ReturneesError), result.exception
    return result


def checked(path: Path) -> Report:
    return returnees.validate(path, conformance=False)


def released(folder: Path, to: Path) -> Path:
    return release(returnees.open_package(folder), to, checked(folder))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the small valid package."""
    return released(PACKAGES / "valid", tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the shipped package."""
    package = returnees.open_package(ROOT)
    return release(package, tmp_path_factory.mktemp("shipped"), Report(package.name, package.version, ()))


def contents(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {entry.filename.partition("/")[2]: archive.read(entry) for entry in archive.infolist()}


def rewritten(target: Path, files: dict[str, bytes]) -> Path:
    """Return a zip of `files` that any unpacker takes for whole."""
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in files.items():
            archive.writestr(f"copy/{path}", content)
    return target


def test_shipped_release_holds_what_a_reader_needs(shipped: Path) -> None:
    package = returnees.open_package(ROOT)
    assert shipped.name == f"{package.name}-{package.version}.zip"
    files = contents(shipped)
    resources = {resource.path for resource in package.resources}
    schemas = {str(resource.descriptor["schema"]) for resource in package.resources}
    assert resources | schemas <= files.keys()
    assert {"datapackage.json", "CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-DATA", "README.md"} <= files.keys()
    assert {str(package.descriptor["rules"]), "docs/codebook.md", "docs/data.md"} <= files.keys()
    assert {item.path for item in FORMATS} <= files.keys()
    assert all(content == (ROOT / path).read_bytes() for path, content in files.items() if path != "SHA256SUMS")
    assert not [path for path in files if path.startswith((".git", "src", "tests"))]


def test_checksums_are_those_of_the_files_and_another_program_agrees(shipped: Path, tmp_path: Path) -> None:
    files = contents(shipped)
    stated = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    assert stated.keys() == files.keys() - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[path]).hexdigest() == digest for path, digest in stated.items())
    program = shutil.which("sha256sum")
    if program:  # the same is asserted above; a second program shows that the list has the usual form
        shutil.unpack_archive(shipped, tmp_path)
        folder = next(tmp_path.iterdir())
        subprocess.run([program, "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)


def test_release_of_the_valid_package_is_valid(built: Path) -> None:
    assert returnees.validate(built).findings == ()


def test_two_builds_are_the_same_bytes(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = shutil.copytree(PACKAGES / "valid", tmp_path / "elsewhere")
    for number, file in enumerate(sorted(elsewhere.rglob("*"), reverse=True)):
        os.utime(file, (10**9 + number, 10**9 + number))
    for file in elsewhere.glob("data/*"):
        file.chmod(0o600)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    old = os.umask(0o077)
    try:
        again = released(elsewhere, tmp_path / "out")
    finally:
        os.umask(old)
    assert again.read_bytes() == built.read_bytes()


def test_source_date_epoch_dates_every_file(tmp_path: Path) -> None:
    result = run(str(PACKAGES / "valid"), "--to", str(tmp_path), epoch="1700000000")
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(result.stdout.strip()) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
        names = [entry.filename for entry in archive.infolist()]
    assert names == sorted(names)
    refused = run(str(PACKAGES / "valid"), "--to", str(tmp_path), epoch="yesterday")
    assert isinstance(refused.exception, ReturneesError)
    assert "SOURCE_DATE_EPOCH is 'yesterday'" in str(refused.exception)


@pytest.mark.parametrize("created", [None, "nonsense", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_any_created_date_can_be_released(created: str | None, tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "p")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    (folder / "datapackage.json").write_text(json.dumps(descriptor | ({"created": created} if created else {})))
    package = returnees.open_package(folder)
    assert release(package, tmp_path, Report("p", "1.0.0", ())).is_file()


def test_every_tampered_byte_is_found(built: Path, tmp_path: Path) -> None:
    files = contents(built)
    chance = random.Random(4)
    for path in sorted(files):
        changed = bytearray(files[path])
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(7)
        copy = rewritten(tmp_path / "copy.zip", files | {path: bytes(changed)})
        try:
            findings = returnees.open_package(copy).findings
        except returnees.PackageError:
            assert path == "datapackage.json"  # no longer JSON: not even opened
            continue
        if path == "SHA256SUMS":
            assert {"F011", "F012", "F014"} & {item.code for item in findings}
        else:
            assert [(item.file, item.severity) for item in findings if item.code == "F011"] == [(path, "error")]


def test_a_byte_changed_in_the_zip_itself_is_found(built: Path, tmp_path: Path) -> None:
    whole, files = built.read_bytes(), contents(built)
    chance = random.Random(11)
    for _ in range(40):
        place = chance.randrange(len(whole))
        damaged = tmp_path / "damaged.zip"
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        try:
            with zipfile.ZipFile(damaged) as archive:
                same = {entry.filename: archive.read(entry) for entry in archive.infolist()} == {
                    f"example-1.0.0/{path}": content for path, content in files.items()
                }
        except Exception:
            same = False
        try:
            findings = returnees.open_package(damaged).findings
        except returnees.PackageError:
            continue
        # Dates and modes in the zip are not of the package; everything else is.
        assert same == (findings == ())


def test_missing_and_added_files_are_found(built: Path, tmp_path: Path) -> None:
    files = contents(built)
    lacking = rewritten(tmp_path / "lacking.zip", {key: files[key] for key in files if key != "schemas/rules.toml"})
    assert "F012" in checked(lacking).counts()
    added = rewritten(tmp_path / "added.zip", files | {"data/extra.csv": b"a\n1\n"})
    report = checked(added)
    assert [(item.code, item.file) for item in report.findings] == [("F013", "data/extra.csv")]
    assert report.valid


def test_an_invalid_package_is_refused_with_its_findings(tmp_path: Path) -> None:
    refused = run(str(PACKAGES / "enum"), "--to", str(tmp_path / "out"))
    assert refused.exit_code == 1
    assert "error F132" in refused.stderr
    assert "--allow-invalid" in refused.stderr
    assert refused.stdout == ""
    assert not (tmp_path / "out").exists()


def test_an_invalid_release_says_so(tmp_path: Path) -> None:
    done = run(str(PACKAGES / "enum"), "--to", str(tmp_path), "--allow-invalid")
    assert done.exit_code == 0
    files = contents(Path(done.stdout.strip()))
    descriptor = json.loads(files["datapackage.json"])
    assert (descriptor["valid"], descriptor["report"]) == (False, "report.json")
    assert json.loads(files["report.json"])["valid"] is False
    report = checked(Path(done.stdout.strip()))
    assert report.counts() == checked(PACKAGES / "enum").counts()


def test_a_release_needs_a_name_and_a_version(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "p")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    for wrong in ({"version": None}, {"name": None}, {"version": "../../1"}):
        stated = {key: value for key, value in (descriptor | wrong).items() if value is not None}
        (folder / "datapackage.json").write_text(json.dumps(stated))
        package = returnees.open_package(folder)
        with pytest.raises(returnees.UsageError):
            release(package, tmp_path / "out", Report("p", None, ()))
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_the_old_release(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = released(PACKAGES / "valid", tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(ReturneesError, match="No space left"):
        released(PACKAGES / "valid", tmp_path)
    assert target.read_bytes() == built.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == [target.name]


def test_a_companion_that_leads_out_of_the_package_is_not_packed(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "p")
    (tmp_path / "secret").write_text("secret")
    (folder / "README.md").symlink_to(tmp_path / "secret")
    with pytest.raises(ReturneesError, match=r"README\.md"):
        released(folder, tmp_path / "out")


def test_a_codebook_and_catalogue_files_are_made_for_a_package_without(built: Path) -> None:
    assert not (PACKAGES / "valid" / "docs").exists()
    files = contents(built)
    assert files["docs/codebook.md"].startswith(b"# Codebook of ")
    assert json.loads(files["catalogue/csvw.json"])["tables"]
    # What the descriptor says too little for is not made, and the command says so.
    assert "CITATION.cff" not in files


def test_what_a_release_lacks_is_said(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "p")
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## [1.0.01] - 2026-01-01\n\n## [Unreleased]\n")
    said = run(str(folder), "--to", str(tmp_path)).stderr
    assert "CITATION.cff: not made; datapackage.json has no contributors" in said
    assert "CHANGELOG.md has no entry for 1.0.0" in said
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## [1.0.0] - 2026-01-01\n")
    assert "CHANGELOG" not in run(str(folder), "--to", str(tmp_path)).stderr


@pytest.mark.parametrize("path", ["docs/codebook.md", "catalogue/csvw.json"])
def test_a_stale_file_is_not_released(path: str, tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "p")
    (folder / path).parent.mkdir()
    (folder / path).write_text("of yesterday")
    with pytest.raises(returnees.UsageError, match=rf"{path} is stale; 'returnees codebook'"):
        released(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def with_areas_at(folder: Path, path: str) -> Path:
    """Copy the small valid package with its table of areas at another path."""
    shutil.copytree(PACKAGES / "valid", folder)
    descriptor = json.loads((folder / "datapackage.json").read_text())
    next(item for item in descriptor["resources"] if item["name"] == "areas")["path"] = path
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    if not (folder / path).exists():
        (folder / "data" / "areas.csv").rename(folder / path)
    return folder


def test_a_path_has_one_form_in_a_release(tmp_path: Path) -> None:
    folder = with_areas_at(tmp_path / "p", "./data//areas.csv")
    package = returnees.open_package(folder)
    zipped = release(package, tmp_path, Report("p", "1.0.0", ()))
    assert "data/areas.csv" in contents(zipped)
    assert not {"F011", "F012", "F013", "F014"} & checked(zipped).counts().keys()


@pytest.mark.parametrize("path", ["data/ar:eas.csv", "data/ar\neas.csv", "data/FIGURES.csv"])
def test_a_name_that_does_not_survive_a_zip_is_refused(path: str, tmp_path: Path) -> None:
    package = returnees.open_package(with_areas_at(tmp_path / "p", path))
    with pytest.raises(ReturneesError, match="cannot be released"):
        release(package, tmp_path / "out", Report("p", "1.0.0", ()))
    assert not list((tmp_path / "out").iterdir())


def test_a_zip_without_a_list_is_not_called_whole(built: Path, tmp_path: Path) -> None:
    files = contents(built)
    del files["SHA256SUMS"]
    report = checked(rewritten(tmp_path / "copy.zip", files))
    assert [(item.code, item.severity) for item in report.findings] == [("F015", "info")]
    assert checked(PACKAGES / "valid").findings == ()


def test_a_list_made_by_another_program_is_read(built: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(built, tmp_path)
    folder = next(tmp_path.iterdir())
    lines = (folder / "SHA256SUMS").read_text().replace("  ", " *./").replace("\n", "\r\n")
    (folder / "SHA256SUMS").write_text(lines, newline="")
    assert checked(folder).findings == ()


#: Packages with a fault of descriptor or files; faults within a table travel with its bytes, as one of them shows.
FAULTY_FILES = sorted(
    file.parent.name for file in PACKAGES.glob("*/expected.json") if '"F0' in file.read_text() or "enum" in str(file)
)


@pytest.mark.parametrize("name", FAULTY_FILES)
def test_any_package_is_released_with_its_errors_or_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    package = returnees.open_package(PACKAGES / name)
    expected = json.loads((PACKAGES / name / "expected.json").read_text())["findings"]
    report = Report("p", "1.0.0", tuple(finding(item["code"], "As the package shows.") for item in expected))
    again = checked(release(package, tmp_path, report, allow_invalid=True))
    # The list of checksums is made anew, and a descriptor written anew states each name once.
    made_anew = {"F001", "F011", "F012", "F013", "F014"}
    # A file outside the package is not packed: what could not be followed is then not there.
    kinds = [{"F004" if code == "F003" else code for code in side.counts()} - made_anew for side in (report, again)]
    assert kinds[0] == kinds[1]
