"""The action, the hooks and the snippets of docs/ci.md do in a scratch repository what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from returnees.package.opening import open_package
from returnees.tidying import tidying

PACKAGES = Path(__file__).parent / "packages"
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the steps are for a POSIX shell")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Someone else's repository, with a valid package in canonical form at its top, committed."""
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "someone else's")
    tidying(open_package(folder)).write()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Start")
    return folder


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def spoil(folder: Path) -> None:
    """Bring an error in, and let the descriptor follow."""
    areas = folder / "data" / "areas.csv"
    areas.write_text(areas.read_text(encoding="utf-8").replace("Finland,country", "Finland,state"), encoding="utf-8")
    tidying(open_package(folder)).write()


def schema_holds(root: Path, file: Path, schema: str) -> None:
    """Check a file against a schema that check-jsonschema brings along."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, str(file)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# The action.

#: What steps that are given no input have put out: they do the same each time, and are run once, or when asked to.
KNOWN: dict[str, dict[str, str]] = {}


@dataclass
class Runner:
    """What a runner of GitHub does with a composite action whose steps are scripts for Bash."""

    action: Path
    workspace: Path
    inputs: dict[str, str]
    every_step: bool = False
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    log: str = ""
    summary: str = ""

    def run(self) -> int:
        """Run the steps in order; return the exit code of the first that fails."""
        stated = yaml.safe_load((self.action / "action.yml").read_text(encoding="utf-8"))
        values = {name: each["default"] for name, each in stated["inputs"].items()} | self.inputs
        assert stated["runs"]["using"] == "composite"
        for step in stated["runs"]["steps"]:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "inputs never become part of a script"
            if "env" not in step and step["id"] in KNOWN and not self.every_step:
                self.outputs[step["id"]] = KNOWN[step["id"]]
                continue
            environment = {name: self._filled(text, values) for name, text in step.get("env", {}).items()}
            code = self._step(step["id"], step["run"], environment)
            if code:
                return code
            if "env" not in step:
                KNOWN[step["id"]] = self.outputs[step["id"]]
        return 0

    def _filled(self, text: str, inputs: dict[str, str]) -> str:
        """Return a text with its expressions put in; there are only inputs and outputs."""

        def value(match: re.Match[str]) -> str:
            parts = match[1].split(".")
            return inputs[parts[1]] if parts[0] == "inputs" else self.outputs[parts[1]][parts[3]]

        return re.sub(r"\$\{\{ ([a-z.-]+) \}\}", value, text)

    def _step(self, name: str, script: str, environment: dict[str, str]) -> int:
        files = {key: self.workspace.parent / f"{name}-{key}" for key in ("output", "summary")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        known = {
            "GITHUB_ACTION_PATH": str(self.action), "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(files["output"]), "GITHUB_STEP_SUMMARY": str(files["summary"]),
        }  # fmt: skip
        script_file = self.workspace.parent / f"{name}.sh"
        script_file.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script_file)],
            cwd=self.workspace, env=os.environ | known | environment, capture_output=True, text=True,
        )  # fmt: skip
        self.log += done.stdout + done.stderr
        self.summary += files["summary"].read_text(encoding="utf-8")
        lines = files["output"].read_text(encoding="utf-8").splitlines()
        self.outputs[name] = dict(line.split("=", 1) for line in lines)
        return done.returncode


def test_the_action_has_the_shape_that_github_asks_for(root: Path) -> None:
    schema_holds(root, root / "action.yml", "vendor.github-actions")


def test_the_action_passes_a_valid_package_and_annotates_a_spoilt_one(root: Path, repository: Path) -> None:
    runner = Runner(root, repository, {}, every_step=True)
    assert runner.run() == 0, runner.log
    assert runner.outputs["validate"] == {"exit-code": "0"}
    spoil(repository)
    runner = Runner(root, repository, {"reports": "sarif=findings.sarif\nhtml=the report.html\n"})
    assert runner.run() == 1
    assert re.search(r"^::error title=F132 [^:]*,file=data/areas.csv,line=2::", runner.log, re.MULTILINE)
    assert runner.outputs["validate"] == {"exit-code": "1"}
    assert runner.summary.startswith("## example: not valid\n")
    assert json.loads((repository / "findings.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (repository / "the report.html").is_file()


def test_the_action_fails_only_on_what_the_change_brought_in(root: Path, repository: Path) -> None:
    spoil(repository)
    git(repository, "commit", "-q", "-a", "-m", "Spoil")
    runner = Runner(root, repository, {"since": "HEAD"})
    assert runner.run() == 0, runner.log
    assert "already there at HEAD" in runner.log
    assert Runner(root, repository, {"since": "HEAD^1"}).run() == 1


def test_what_is_put_into_the_action_is_never_run(root: Path, repository: Path) -> None:
    evil = '$(touch pwned)"; touch pwned; `touch pwned` #'
    for name in ("package", "since", "fail-on", "reports"):
        assert Runner(root, repository, {name: evil}).run() == 2
    assert Runner(root, repository, {"package": "--help"}).run() == 2
    assert not list(repository.rglob("pwned"))
    # Nor is what stands in the workspace under the name of a module.
    for module in ("returnees", "polars", "click"):
        (repository / f"{module}.py").write_text("raise SystemExit(0)", encoding="utf-8")
    spoil(repository)
    assert Runner(root, repository, {}, every_step=True).run() == 1


# The hooks.


def hook(root: Path, name: str) -> dict[str, Any]:
    """Return a hook of the manifest, made to use what is installed here instead of an environment of its own."""
    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (found,) = [each for each in hooks if each["id"] == name]
    assert found["language"] == "python"
    return found | {"language": "system"}


def commit(root: Path, repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Install the hooks as docs/ci.md says, stage everything, and commit."""
    config = yaml.safe_load(snippets(root, "yaml")[1])
    hooks = [hook(root, each["id"]) | each for each in config["repos"][0]["hooks"]]
    text = yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]})
    (repository / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PRE_COMMIT_HOME": str(repository.parent / "cache")}
    subprocess.run(["pre-commit", "install"], cwd=repository, env=environment, check=True, capture_output=True)
    git(repository, "add", "-A")
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-m", "Change", *arguments]
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True)


def test_the_manifest_of_hooks_is_one(root: Path) -> None:
    command = [str(BIN / "pre-commit"), "validate-manifest", ".pre-commit-hooks.yaml"]
    assert subprocess.run(command, cwd=root, capture_output=True).returncode == 0


def test_the_hooks_stop_a_commit_that_brings_an_error_in(root: Path, repository: Path) -> None:
    git(repository, "tag", "start")
    spoil(repository)
    done = commit(root, repository)
    assert done.returncode == 1
    assert "error F132" in done.stdout + done.stderr
    # An error that is there already stops nothing; --all hands git's own index to the hooks.
    git(repository, "commit", "-q", "-n", "-m", "Spoil")
    areas = repository / "data" / "areas.csv"
    areas.write_text(areas.read_text(encoding="utf-8") + "ZAF,South Africa,country,710\n", encoding="utf-8")
    tidying(open_package(repository)).write()
    done = commit(root, repository, "--all")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hooks_leave_other_files_alone(root: Path, repository: Path) -> None:
    spoil(repository)
    git(repository, "commit", "-q", "-a", "-m", "Spoil")
    (repository / "notes.txt").write_text("Notes.\n", encoding="utf-8")
    done = commit(root, repository)
    assert done.returncode == 0
    assert (done.stdout + done.stderr).count("Skipped") == 2


# The snippets.


def snippets(root: Path, language: str) -> list[str]:
    text = (root / "docs" / "ci.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_snippets_have_the_shape_that_their_services_ask_for(root: Path, tmp_path: Path) -> None:
    schemas = ("vendor.github-workflows", None, "vendor.gitlab-ci")
    for number, (schema, text) in enumerate(zip(schemas, snippets(root, "yaml"), strict=True)):
        if schema is not None:
            file = tmp_path / f"{number}.yml"
            file.write_text(text, encoding="utf-8")
            schema_holds(root, file, schema)


def test_the_workflow_gives_the_action_only_inputs_that_it_has(root: Path) -> None:
    workflow = yaml.safe_load(snippets(root, "yaml")[0])
    (step,) = [step for step in workflow["jobs"]["validate"]["steps"] if "returnees" in step["uses"]]
    action = yaml.safe_load((root / "action.yml").read_text(encoding="utf-8"))
    assert set(step["with"]) <= set(action["inputs"])


@pytest.mark.parametrize("language", ["yaml", "bash"])
def test_the_commands_of_gitlab_and_of_the_shell_work(root: Path, repository: Path, language: str) -> None:
    if language == "yaml":
        script = "\n".join(yaml.safe_load(snippets(root, "yaml")[2])["validate"]["script"])
    else:
        (script,) = snippets(root, "bash")
    git(repository, "checkout", "-q", "-b", "change")
    git(repository, "update-ref", "refs/remotes/origin/main", "main")
    spoil(repository)
    git(repository, "commit", "-q", "-a", "-m", "Spoil")
    # What installs from the network is replaced by what is installed here.
    fakes = repository.parent / "fakes"
    fakes.mkdir()
    for name in ("pip", "python3"):
        (fakes / name).write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
        (fakes / name).chmod(0o755)
    (repository / ".venv-returnees" / "bin").mkdir(parents=True)
    for name in ("pip", "returnees"):
        target = fakes / "pip" if name == "pip" else BIN / "returnees"
        (repository / ".venv-returnees" / "bin" / name).symlink_to(target)
    path = os.pathsep.join([str(fakes), str(BIN), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=repository, capture_output=True, text=True,
        env=os.environ | {"PATH": path, "CI_COMMIT_SHA": "HEAD"},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error F132" in done.stdout
    assert (repository / ("findings.xml" if language == "yaml" else "report.html")).is_file()
