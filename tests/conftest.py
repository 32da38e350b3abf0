"""What every test is run with: how much is tried, which backend it is for, and folders of its own."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import amount

BACKENDS = {"tensorflow", "jax", "torch", "numpy"}
FAST_TO_COMPILE = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
FULL_LIMIT_S = 7200  # seconds: thousands of examples, or an interrupt at every line
BROWSER_LIMIT_S = 900  # seconds: each step of such a test may wait for a page, a kernel and a first build


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full", action="store_true", help="full ranges and long repetitions, not only a sample of them"
    )


def pytest_configure(config: pytest.Config) -> None:
    amount.EVERYTHING = config.getoption("--full")
    # Examples may take any time: the machine may be busy with something else.
    hypothesis.settings.register_profile("any-machine", deadline=None)
    hypothesis.settings.load_profile("any-machine")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Most of a test on JAX is the compiling of operations that run once: it takes a third of the time without passes
    # that make them fast.
    os.environ.setdefault("XLA_FLAGS", FAST_TO_COMPILE)
    # A script that starts this in the background has it ignore SIGINT, and so would all that it starts; tests send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files that have none of the tests that `-m` asks for: reading all of them takes ten seconds."""
    if not collection_path.match("test_*.py"):
        return None
    in_browser = "browser" in collection_path.relative_to(config.rootpath).parts
    match config.option.markexpr:
        case "browser":
            return not in_browser or None
        case "not browser":
            return in_browser or None
        case "backend":
            return "mark.backend" not in collection_path.read_text(encoding="utf-8") or None
    return None


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses by these markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = os.environ["KERAS_BACKEND"]
    for item in items:
        if "browser" in item.path.relative_to(config.rootpath).parts:
            item.add_marker("browser")
            item.add_marker(pytest.mark.timeout(BROWSER_LIMIT_S))
        elif config.getoption("--full"):
            item.add_marker(pytest.mark.timeout(FULL_LIMIT_S))
        if item.get_closest_marker("full") and not config.getoption("--full"):
            item.add_marker(pytest.mark.skip(reason="taken by --full"))
        wanted = BACKENDS & {marker.name for marker in item.iter_markers()}
        if wanted and here not in wanted:
            item.add_marker(pytest.mark.skip(reason=f"for the backend {' or '.join(sorted(wanted))} only"))
    # Playwright's event loop stays in this thread, where later tests start loops of their own.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def _folders_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What notebooks' kernels and compilers keep lies where no other run of the tests looks."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"):
            patch.setenv(variable, str(folder / variable.lower()))
        yield
