"""What is written about installing in several files must agree."""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import encdec_widgets
from encdec_widgets.app.serving import voila_app
from encdec_widgets.export import link
from encdec_widgets.lessons.notebooks import WAY_IN, notebooks
from tests.__main__ import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PINNED = sorted(set(EXTRAS) - {"torch"})


def lines(name: str) -> list[str]:
    stripped = (line.strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def commands(name: str) -> list[str]:
    return [line for line in lines(name) if line.startswith("python3 -m venv")]


def direct(*extras: str) -> list[Requirement]:
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in EXTRAS[extra])]
    return [Requirement(text) for text in texts]


def pins() -> dict[str, str]:
    return dict(line.split("==") for line in lines("binder/constraints.txt"))


def test_readme_has_one_command_to_start_and_one_to_test() -> None:
    start, test = commands("README.md")
    assert start.endswith('-e ".[cpu,app]" && .venv/bin/encdec-designer')
    assert test.endswith('-e ".[cpu,app,test]" && .venv/bin/python -m tests')


def test_readmes_commands_set_up_alike_but_for_the_extras() -> None:
    start, test = (command.rpartition(" && ")[0] for command in commands("README.md"))
    assert start.replace("[cpu,app]", "[cpu,app,test]") == test
    assert " -c binder/constraints.txt " in start


def test_ci_runs_the_readmes_test_command() -> None:
    assert commands(".ci/run") == commands("README.md")[1:]
    assert lines(".ci/run")[-1] == commands(".ci/run")[0]
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_program_that_the_readme_starts_is_installed() -> None:
    assert PROJECT["scripts"] == {"encdec-designer": "encdec_widgets.app.cli:main"}


def test_the_version_stands_in_one_place() -> None:
    assert PROJECT["dynamic"] == ["version"]
    assert version("encdec_widgets") == encdec_widgets.__version__
    newest = re.search(r"^## ([0-9]\S*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == encdec_widgets.__version__


def test_the_packages_types_are_there_for_those_who_import_it() -> None:
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert (ROOT / "encdec_widgets/py.typed").read_bytes() == b""


def test_urls_of_the_package_are_those_of_the_readmes_badges() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    badges = re.findall(r"\[!\[[^]]*\]\([^)]*\)\]\(([^)]*)\)", readme)
    assert len(badges) == 2
    assert [PROJECT["urls"]["Try it in JupyterLab"], PROJECT["urls"]["Try it as an app"]] == badges
    repository = badges[0].removeprefix("https://mybinder.org/v2/gh/").split("/HEAD?")[0]
    for name in ("Homepage", "Changelog", "Issues"):
        assert PROJECT["urls"][name].startswith(f"https://github.com/{repository}")


def on_binder(url: str) -> list[str]:
    """The parts of the address at which Binder opens a page."""
    (path,) = parse_qs(urlsplit(url).query)["urlpath"]
    return path.split("/")


def test_the_badge_of_the_app_opens_the_notebook_that_the_app_serves_which_is_one_cell() -> None:
    voila, render, *notebook = on_binder(PROJECT["urls"]["Try it as an app"])
    assert (voila, render) == ("voila", "render")
    path = ROOT.joinpath(*notebook)
    assert path == voila_app.NOTEBOOK
    (cell,) = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert (cell["cell_type"], cell["outputs"]) == ("code", [])
    assert PROJECT["urls"]["Try it as an app"] == link.BINDER, "links to a design open the same page"


def test_the_badge_of_jupyterlab_opens_the_way_in() -> None:
    lab, tree, *notebook = on_binder(PROJECT["urls"]["Try it in JupyterLab"])
    assert (lab, tree) == ("lab", "tree")
    assert ROOT.joinpath(*notebook) == notebooks()[WAY_IN]


@pytest.mark.parametrize("path", [ROOT / "README.md", *ROOT.glob("notebooks/**/*.md")], ids=str)
def test_what_documents_open_on_binder_is_there(path: Path) -> None:
    urls = re.findall(r"https://mybinder\.org/v2/[^)\s]*", path.read_text(encoding="utf-8"))
    assert [url for url in urls if not ROOT.joinpath(*on_binder(url)[2:]).is_file()] == []


def test_the_command_that_makes_the_constraints_names_every_extra_but_torch() -> None:
    command = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8")
    assert re.findall(r"--extra (\S+)", command) == PINNED
    assert "--all-extras" not in command
    assert "torch" not in pins()
    assert [requirement.name for requirement in direct("torch")[len(direct()) :]] == ["torch"]


def test_constraints_are_exact_versions_and_nothing_else() -> None:
    pattern = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9]+(\.[0-9]+)*(\.post[0-9]+)?")
    assert [line for line in lines("binder/constraints.txt") if not pattern.fullmatch(line)] == []
    assert len(pins()) == len(lines("binder/constraints.txt")), "a package is pinned twice"


def test_every_direct_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    for requirement in direct(*PINNED):
        assert pins()[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_all_that_they_bring_is_pinned() -> None:
    assert {name for name in closure(direct("cpu", "app", "test")) if name not in pins()} == set()


def closure(requirements: list[Requirement]) -> set[str]:
    """All that these need, by the names in what is installed here."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key not in seen and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            seen.add(key)
            waiting.extend(needs(*key))
    return {name for name, _ in seen}


def needs(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for text in requires(name) or ():
        requirement = Requirement(text)
        marker, requirement.marker = requirement.marker, None
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield requirement


def test_binder_has_a_python_that_the_package_allows() -> None:
    assert lines("binder/runtime.txt") == ["python-3.12"]
    assert "3.12" in SpecifierSet(PROJECT["requires-python"])


def test_binder_installs_the_package_itself_with_the_pins() -> None:
    assert lines("binder/requirements.txt") == ["-c constraints.txt", "-e .[cpu,app]"]


def test_licence_is_the_one_that_the_package_names() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "BSD-3-Clause"
    assert PROJECT["license-files"] == ["LICENSE"]
    assert text.startswith("BSD 3-Clause License\n")
    assert "Copyright (c) 2026, the encdec_widgets developers\n" in text
    assert "Neither the name of the copyright holder" in text
