import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import chromium
from tests.chromium import NAMES, REMEDY, VARIABLE, NoChromiumError, find_or_install

Program = Callable[..., Path]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with programs, still empty; Python, which would run Playwright, belongs in it as well."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setattr(chromium, "_playwrights_own", lambda: None)
    return folder


@pytest.fixture
def program(programs: Path) -> Program:
    """Makes a program that notes how it is called and ends as it is told to."""

    def make(name: str, status: int = 0, *, script: str = "") -> Path:
        path = programs / name
        log = f'echo "$DEBIAN_FRONTEND {name} $*" >> {programs}/log'
        path.write_text(f"#!/bin/sh\n{log}\n{script}\nexit {status}\n")
        path.chmod(0o755)
        return path

    return make


def calls(programs: Path) -> list[str]:
    return (programs / "log").read_text().splitlines()


def as_root(monkeypatch: pytest.MonkeyPatch, root: bool) -> None:
    monkeypatch.setattr(chromium, "_is_root", lambda: root)


def bring(name: str) -> str:
    """A line for a script that installs a program which starts."""
    return f'printf "#!/bin/sh\\n" > "$PATH/{name}"; /bin/chmod +x "$PATH/{name}"'


def test_the_one_asked_for_comes_before_those_on_the_path(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("chromium")
    wanted = program("my-browser")
    monkeypatch.setenv(VARIABLE, str(wanted))
    assert find_or_install() == wanted


@pytest.mark.parametrize("name", ["", "missing", "."])
def test_asking_for_no_executable_file_is_an_error(
    program: Program, programs: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    program("chromium")
    monkeypatch.setenv(VARIABLE, str(programs / name) if name else "")
    with pytest.raises(NoChromiumError, match=rf"^{VARIABLE} is '.*', which is no executable file: .*$"):
        find_or_install()


def test_asking_for_a_file_that_may_not_be_run_is_an_error(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = program("my-browser")
    wanted.chmod(0o644)
    monkeypatch.setenv(VARIABLE, str(wanted))
    with pytest.raises(NoChromiumError, match="which is no executable file"):
        find_or_install()


def test_asking_for_one_that_does_not_start_is_an_error(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("chromium")
    monkeypatch.setenv(VARIABLE, str(program("my-browser", 1)))
    with pytest.raises(NoChromiumError, match=r"my-browser --version` fails"):
        find_or_install()


@pytest.mark.parametrize("name", NAMES)
def test_each_usual_name_is_found(program: Program, name: str) -> None:
    path = program(name)
    assert find_or_install() == path


def test_the_first_usual_name_is_taken(program: Program) -> None:
    for name in reversed(NAMES):
        first = program(name)
    assert find_or_install() == first


def test_one_that_does_not_start_is_passed_over(program: Program, programs: Path) -> None:
    program("chromium", 127)
    program("chromium-browser", 1)
    third = program("google-chrome")
    assert find_or_install() == third
    assert [call.strip() for call in calls(programs)] == [
        "noninteractive chromium --version",
        "noninteractive chromium-browser --version",
        "noninteractive google-chrome --version",
    ]


def test_playwrights_own_is_found_last(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program("playwrights-chrome")
    monkeypatch.setattr(chromium, "_playwrights_own", lambda: own)
    assert find_or_install() == own
    on_the_path = program("google-chrome-stable")
    assert find_or_install() == on_the_path


def test_playwright_tells_where_its_own_would_be() -> None:
    own = chromium._playwrights_own()
    assert own is not None
    assert own.is_absolute()


def test_a_playwright_that_fails_is_none(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", str(program("python", 1)))
    assert chromium._playwrights_own() is None


def test_root_installs_debians_with_a_font_and_without_questions(
    program: Program, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_root(monkeypatch, True)
    program("apt-get", script=f'[ "$1" = update ] || {bring("chromium")}')
    assert find_or_install() == programs / "chromium"
    assert calls(programs) == [
        "noninteractive apt-get update",
        "noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core",
    ]


def test_root_turns_to_playwright_where_apt_fails(
    program: Program, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_root(monkeypatch, True)
    program("apt-get", 100)
    program("python", script=bring("chromium"))
    assert find_or_install() == programs / "chromium"
    assert calls(programs) == [
        "noninteractive apt-get update",
        "noninteractive python -m playwright install --with-deps chromium",
    ]


def test_others_install_playwrights(
    program: Program, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_root(monkeypatch, False)
    program("apt-get", script=bring("chromium"))
    own = programs / "own"
    program("python", script=bring("own"))
    monkeypatch.setattr(chromium, "_playwrights_own", lambda: own)
    assert find_or_install() == own
    assert calls(programs) == ["noninteractive python -m playwright install chromium"]


@pytest.mark.parametrize("status", [0, 1])
def test_failing_is_one_line_that_says_what_was_tried_and_what_to_do(
    program: Program, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    as_root(monkeypatch, True)
    program("apt-get", status)
    program("python", status)
    with pytest.raises(NoChromiumError) as caught:
        find_or_install()
    message = str(caught.value)
    assert "\n" not in message
    assert "apt-get update && apt-get install -y" in message
    assert "-m playwright install --with-deps chromium" in message
    assert message.endswith(f"{REMEDY}.")


def test_a_program_that_hangs_does_not_start(program: Program) -> None:
    assert not chromium._succeeds(str(program("sleeper", script="/bin/sleep 5")), timeout=0.1)


def test_a_program_that_is_none_does_not_start(programs: Path) -> None:
    text = programs / "text"
    text.write_text("no program")
    text.chmod(0o755)
    assert not chromium._starts(text)
    assert not chromium._starts(programs / "missing")


def test_root_is_who_has_the_user_number_0(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, root in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda number=number: number, raising=False)
        assert chromium._is_root() is root
