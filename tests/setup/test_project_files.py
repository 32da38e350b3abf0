"""What is written for those who join the project is true: the map, the workflows and the hooks."""

import importlib
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.__main__ import LINTERS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAP = (ROOT / "encdec_widgets/README.md").read_text(encoding="utf-8")
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
DOCUMENTS = (
    *ROOT.glob("*.md"),
    *(ROOT / ".github").glob("*.md"),
    *(path for part in ("encdec_widgets", "tests", "notebooks") for path in (ROOT / part).rglob("*.md")),
)


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_the_map_has_the_rooms_of_the_contract_in_their_order() -> None:
    contract = next(c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["id"] == "rooms")
    faces = {"timing", "head", "encoder_decoder"}
    layers = [set(re.findall(r"\w+", re.sub(r"\(.*?\)", "", layer))) - faces for layer in contract["layers"]]
    table = MAP.partition("| --- |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    found: list[set[str]] = []
    for row in rows:
        rooms = {name.removesuffix(".py").removesuffix("/") for name in re.findall("`(.*?)`", row)}
        if "(beside it)" in row:
            found[-1] |= rooms
        else:
            found.append(rooms)
    assert found == [layer for layer in layers if layer]


@pytest.mark.parametrize(("file", "name"), re.findall(r"^\d\. `(.*)\.py`: `(.*?)`", MAP, re.MULTILINE))
def test_a_stop_of_the_maps_walks_is_there(file: str, name: str) -> None:
    thing = importlib.import_module(f"encdec_widgets.{file.replace('/', '.')}")
    for part in name.split("."):
        thing = getattr(thing, part)


def test_the_map_fits_one_screen() -> None:
    assert len(MAP.splitlines()) <= 60


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]*)\)", text) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_workflows_cover_what_the_package_says_it_runs_on() -> None:
    jobs = loaded(ROOT / ".github/workflows/tests.yml")["jobs"]
    classifiers = PROJECT["project"]["classifiers"]
    pythons = [c.rpartition(" ")[2] for c in classifiers if re.search(r"Python :: 3\.\d+", c)]
    assert jobs["everything"]["strategy"]["matrix"]["python"] == pythons
    assert jobs["systems"]["strategy"]["matrix"] == {
        "system": ["macos-latest", "windows-latest"],
        "python": pythons,
    }
    assert jobs["backends"]["strategy"]["matrix"]["backend"] == ["tensorflow", "jax", "torch", "numpy"]
    # PyTorch's wheel for Linux brings all of CUDA.
    assert "'torch' && 'macos-latest'" in jobs["backends"]["runs-on"]
    assert any("'torch' && ',torch'" in step.get("run", "") for step in jobs["backends"]["steps"])
    assert any("--resolution lowest-direct" in step.get("run", "") for step in jobs["lowest"]["steps"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_limits_and_actions_of_known_versions(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", action)] == []


def test_the_nightly_run_takes_everything_on_the_newest_versions() -> None:
    commands = [step.get("run", "") for step in steps(loaded(ROOT / ".github/workflows/nightly.yml"))]
    assert any("--upgrade" in command and {"keras", "plotly"} <= set(command.split()) for command in commands)
    assert "python -m tests --full" in commands


@pytest.mark.parametrize("name", ["bug", "idea", "question"])
def test_an_issue_form_asks_for_something(name: str) -> None:
    form = loaded(ROOT / f".github/ISSUE_TEMPLATE/{name}.yml")
    assert set(form) == {"name", "description", "labels", "body"}
    identifiers = [field["id"] for field in form["body"]]
    assert len(set(identifiers)) == len(identifiers)
    assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_hooks_run_the_linters_of_the_test_command() -> None:
    (repository,) = loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    hooks = {hook["name"]: hook for hook in repository["hooks"]}
    assert {hook["language"] for hook in hooks.values()} == {"system"}
    differing = {"--check", "--force-exclude"}  # a hook formats files, and is given their names
    entries = {
        name: [part for part in shlex.split(hook["entry"]) if part not in differing]
        for name, hook in hooks.items()
    }
    assert entries == {
        name: ["python", *(part for part in command if part not in differing)]
        for name, command in LINTERS.items()
    }
