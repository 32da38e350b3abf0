"""Finding a Chromium that starts, and installing one, with programs that stand in for the real ones."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import chromium
from tests.chromium import NAMES, VARIABLE, NoChromiumError, find, find_or_install

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
Program = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Makes a program in the only folder with programs; it notes how it is called and ends as it is told to."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(chromium, "INSTALL_FROM_PLAYWRIGHT", "playwright install")

    def make(name: str, status: int = 0, script: str = "echo 1.0") -> Path:
        path = tmp_path / name
        note = f'echo "$DEBIAN_FRONTEND {name} $*" >> {tmp_path}/log'
        path.write_text(f"#!/bin/sh\n{note}\n{script}\nexit {status}\n")
        path.chmod(0o755)
        return path

    # Playwright, asked where its own Chromium is, names one that is not there yet.
    monkeypatch.setattr(sys, "executable", str(make("python", script=f"echo {tmp_path}/own")))
    return make


def brings(folder: Path, name: str) -> str:
    """A script that installs a program which starts."""
    return f'printf "#!/bin/sh\\necho 1.0\\n" > {folder}/{name}; /bin/chmod +x {folder}/{name}'


def as_root(monkeypatch: pytest.MonkeyPatch, root: bool) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)


def test_the_one_that_is_named_comes_before_those_on_the_path(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("chromium")
    named = program("my-browser")
    monkeypatch.setenv(VARIABLE, str(named))
    assert find() == find_or_install() == named


@pytest.mark.parametrize("name", ["missing", ".", "fails", "text"])
def test_naming_one_that_does_not_start_is_an_error(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    program("chromium")
    program("fails", 1)
    (tmp_path / "text").write_text("no program")
    monkeypatch.setenv(VARIABLE, str(tmp_path / name))
    for search in (find, find_or_install):
        with pytest.raises(NoChromiumError, match=rf"^{VARIABLE} is '.*', which does not start: .*$"):
            search()


def test_the_first_that_starts_is_taken_and_playwrights_own_is_the_last(program: Program) -> None:
    expected = program("own")
    assert find() == expected
    for name in reversed(NAMES):
        expected = program(name)
        assert find() == expected
    program(NAMES[0], 127)
    assert find().name == NAMES[1]


def test_playwright_tells_where_its_own_would_be() -> None:
    assert Path(chromium._output(sys.executable, "-c", chromium.WHERE_PLAYWRIGHT_KEEPS_ITS_OWN)).is_absolute()


@pytest.mark.parametrize(
    ("root", "apt", "log"),
    [
        (
            True,
            0,
            ["apt-get {} update", "apt-get {} install -y --no-install-recommends chromium fonts-dejavu-core"],
        ),
        (True, 100, ["apt-get {} update"] * 2 + ["playwright install --with-deps"]),
        (False, 0, ["playwright install"]),
    ],
    ids=["from Debian", "where apt-get fails", "for others than root"],
)
def test_one_is_installed_without_questions(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: bool, apt: int, log: list[str]
) -> None:
    as_root(monkeypatch, root)
    program("apt-get", apt, f'[ "$3" = update ] || {brings(tmp_path, "chromium")}')
    program("playwright", script=brings(tmp_path, "own"))
    found = find_or_install()
    assert found.name == ("chromium" if root and apt == 0 else "own")
    lines = (tmp_path / "log").read_text().splitlines()
    calls = [
        line for line in lines if line.startswith(("noninteractive apt-get", "noninteractive playwright"))
    ]
    assert calls == [f"noninteractive {line.format('-o Acquire::Retries=3')}" for line in log]


def test_where_none_can_be_installed_one_line_says_what_to_do(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_root(monkeypatch, True)
    program("apt-get", 1)
    program("playwright", 1)
    with pytest.raises(
        NoChromiumError, match=rf"^No Chromium .*: install .*, or set {VARIABLE} to its path\.$"
    ):
        find_or_install()
