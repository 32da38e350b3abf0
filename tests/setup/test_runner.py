import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests import __main__ as runner
from tests import chromium
from tests.steps import PARTS, ROOT, Step, steps


def python(title: str, code: str) -> Step:
    return Step(title, (sys.executable, "-c", code))


@pytest.fixture
def fake_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """One step a part: `lint` fails, `browser` passes in the right Chromium, the others pass."""

    def fake(part: str, pytest_arguments: Sequence[str]) -> Iterator[Step]:
        found = f"os.environ.get('{chromium.VARIABLE}') == 'found'"
        tests = {"lint": "False", "browser": found}
        yield python(f"step of {part}", f"import os, sys; sys.exit(not {tests.get(part, 'True')})")

    monkeypatch.setattr(runner, "steps", fake)
    monkeypatch.setattr(chromium, "find_or_install", lambda: Path("found"))


@pytest.mark.usefixtures("fake_steps")
def test_every_step_runs_even_after_one_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main([]) == 1
    printed = capsys.readouterr().out.splitlines()
    headings = [line.strip("= ") for line in printed if line.startswith("=")]
    expected = [f"step of {part}" for part in PARTS]
    assert headings == [*expected[:-1], "Chromium", expected[-1], "Summary"]
    assert [line.split()[0] for line in printed[-7:-1]] == ["FAILED"] + 5 * ["passed"]
    assert printed[-1] == "5 passed, 1 failed"


@pytest.mark.usefixtures("fake_steps")
def test_only_the_parts_asked_for_run_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["designer", "library"]) == 0
    printed = capsys.readouterr().out
    assert printed.index("step of library") < printed.index("step of designer")
    assert printed.endswith("\n2 passed, 0 failed\n")


@pytest.mark.usefixtures("fake_steps")
def test_without_a_chromium_the_browser_tests_have_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Path:
        raise chromium.NoChromiumError("one line")

    monkeypatch.setattr(chromium, "find_or_install", fail)
    assert runner.main(["browser"]) == 1
    printed = capsys.readouterr().out
    assert "\none line\n" in printed
    assert printed.endswith("\n0 passed, 2 failed\n")


def test_an_unknown_part_is_an_error_that_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        runner.main(["everything"])
    assert "there is no part 'everything': choose from lint, setup, library" in capsys.readouterr().err


def test_arguments_after_the_dashes_go_to_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fake(part: str, pytest_arguments: Sequence[str]) -> Iterator[Step]:
        seen.append((part, list(pytest_arguments)))
        return iter(())

    monkeypatch.setattr(runner, "steps", fake)
    assert runner.main(["setup", "--", "-k", "designer"]) == 0
    assert seen == [("setup", ["-k", "designer"])]


def test_the_library_is_tested_on_every_backend_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "jax" or None)
    library = list(steps("library", ["-x"]))
    assert [step.environment["KERAS_BACKEND"] for step in library] == ["tensorflow", "numpy", "jax"]
    assert all(step.command[1:] == ("-m", "pytest", "tests/library", "-x") for step in library)


@pytest.mark.parametrize("part", [part for part in PARTS if part != "lint"])
def test_each_part_has_its_folder(part: str) -> None:
    assert (ROOT / "tests" / part).is_dir()
    assert f"tests/{part}" in next(steps(part, [])).command


def test_linting_has_four_steps() -> None:
    assert [step.title.partition(" ")[0] for step in steps("lint", [])] == [
        "Rules",
        "Format",
        "Types",
        "Floors",
    ]


def test_a_step_runs_in_the_root_with_its_environment() -> None:
    code = "import os; assert os.environ['KEY'] == 'value'; assert os.path.exists('pyproject.toml')"
    assert Step("it", (sys.executable, "-c", code), {"KEY": "value"}).passes()
    assert not Step("it", (sys.executable, "-c", code), {"KEY": "other"}).passes()
