"""`python -m tests`: every step is taken, and one that fails fails the whole."""

from pathlib import Path

import pytest

from tests import __main__ as runner
from tests import chromium
from tests.conftest import pytest_ignore_collect

Call = tuple[tuple[str, ...], dict[str, str]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What is run instead of anything else: the types and the tests on NumPy fail."""
    made: list[Call] = []

    def run(*arguments: str, **environment: str) -> int:
        made.append((arguments, environment))
        return int("mypy" in arguments or environment.get("KERAS_BACKEND") == "numpy")

    monkeypatch.setattr(runner, "run", run)
    monkeypatch.setattr(runner, "other_backends", lambda: ["numpy", "jax"])
    monkeypatch.setattr(chromium, "find_or_install", lambda: Path("found"))
    return made


def test_every_step_is_taken_also_after_one_that_failed(
    calls: list[Call], capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    failed = [index for index, line in enumerate(lines[-9:-1]) if line.startswith("FAILED")]
    assert failed == [2, 5]
    assert lines[-1] == "6 passed, 2 failed"
    tests = [(arguments[-1], environment["KERAS_BACKEND"]) for arguments, environment in calls[4:]]
    assert tests == [
        ("not browser", runner.DEFAULT),
        ("backend", "numpy"),
        ("backend", "jax"),
        ("browser", runner.DEFAULT),
    ]
    assert calls[-1][1][chromium.VARIABLE] == "found"


def test_full_is_passed_on_for_each_backend_and_arguments_go_to_pytest(calls: list[Call]) -> None:
    runner.main(["--full", "--", "-k", "designer"])
    for arguments, _ in calls[4:]:
        assert arguments[:3] == ("-m", "pytest", "--full")
        assert arguments[-4:-1] == ("-k", "designer", "-m")
    assert [arguments[-1] for arguments, _ in calls[4:]] == ["not browser", "backend", "backend", "browser"]


def test_without_a_chromium_the_browser_tests_have_failed(
    calls: list[Call], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Path:
        raise chromium.NoChromiumError("one line")

    monkeypatch.setattr(chromium, "find_or_install", fail)
    assert runner.main([]) == 1
    printed = capsys.readouterr().out
    assert "\none line\n" in printed
    assert printed.splitlines()[-2].startswith("FAILED")


def test_a_command_runs_in_the_root_with_its_environment() -> None:
    code = (
        "import os, pathlib; assert os.environ['KEY'] == 'value' and pathlib.Path('pyproject.toml').exists()"
    )
    assert runner.run("-c", code, KEY="value") == 0
    assert runner.run("-c", code, KEY="other") == 1


@pytest.mark.parametrize("installed", ["tensorflow", "jax", "torch", "numpy"])
def test_a_backend_is_tested_where_it_is_installed(installed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "DEFAULT", "another")
    monkeypatch.setattr(runner.importlib.util, "find_spec", lambda name: name == installed or None)
    assert runner.other_backends() == [installed]


def test_every_backend_that_is_installed_is_tested() -> None:
    assert "numpy" in {runner.DEFAULT, *runner.other_backends()}
    assert runner.DEFAULT not in runner.other_backends()
    assert ("jax" in runner.other_backends()) == (runner.DEFAULT != "jax"), (
        "the tests' own requirements bring it"
    )


@pytest.mark.parametrize(
    ("asked", "left_out"),
    [
        ("", []),
        ("backend", ["tests/setup/test_cli.py", "tests/browser/test_frame.py"]),
        (
            "browser",
            ["tests/library/test_rebuild.py", "tests/library/test_leaving.py", "tests/setup/test_cli.py"],
        ),
        ("not browser", ["tests/browser/test_frame.py"]),
        ("not backend", []),
    ],
)
def test_files_without_what_is_asked_for_are_not_read(
    asked: str, left_out: list[str], pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytestconfig.option, "markexpr", asked)
    files = [
        "tests/library/test_rebuild.py",  # marked as a whole
        "tests/library/test_leaving.py",  # one of its tests is marked
        "tests/setup/test_cli.py",
        "tests/browser/test_frame.py",
        "tests/browser/conftest.py",
    ]
    ignored = [file for file in files if pytest_ignore_collect(runner.ROOT / file, pytestconfig)]
    assert ignored == sorted(left_out, key=files.index)
