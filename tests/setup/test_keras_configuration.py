"""What Keras takes from its configuration file and from KERAS_BACKEND is known before it is loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import pytest

from encdec_widgets import _keras
from encdec_widgets._keras import active_backend, configuration, require_backend
from encdec_widgets.workers.sent_network import network_of
from tests.library.timed import DESIGN

FILES: list[str | None] = [
    None,
    "{}",
    "not JSON",
    "",
    "[]",
    "null",
    "\xff",
    "[" * 100_000,
    *(
        json.dumps(values)
        for values in (
            {"backend": "jax"},
            {"backend": "another", "floatx": "float16"},
            {"backend": ""},
            {"backend": None},
            {"floatx": "float64", "epsilon": 1e-5, "image_data_format": "channels_first"},
            {"floatx": "bfloat16"},
            {"floatx": 32},
            {"floatx": None},
            {"epsilon": 1},
            {"epsilon": "1e-7"},
            {"image_data_format": "channels last"},
            {"nnx_enabled": False, "of a later version": [1]},
        )
    ),
]
VARIABLES: list[str | None] = [None, "", "jax", "another"]

# Keras's own module, without the rest of Keras, which would have to be loaded anew for each case.
AS_KERAS_DOES = """
import json, os, pathlib, runpy, sys, types

for name in ("keras", "keras.src", "keras.src.api_export", "keras.src.backend", "keras.src.backend.common"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["keras.src.api_export"].keras_export = lambda names: lambda function: function
sys.modules["keras.src.backend.common"].global_state = types.SimpleNamespace(set_global_attribute=lambda *_: None)

def taken(source, text, variable):
    path = pathlib.Path(os.environ["KERAS_HOME"]) / "keras.json"
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text, encoding="latin-1")
    os.environ.pop("KERAS_BACKEND", None)
    if variable is not None:
        os.environ["KERAS_BACKEND"] = variable
    try:
        config = runpy.run_path(source)
    except Exception as error:
        return type(error).__name__
    return config["_BACKEND"], config["_FLOATX"]

source, cases = json.load(sys.stdin)
print(json.dumps([taken(source, *case) for case in cases]))
"""


def test_it_is_read_as_keras_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    cases = [(text, variable) for text in FILES for variable in VARIABLES]
    source = Path(keras.__file__).parent / "src" / "backend" / "config.py"
    ran = subprocess.run(
        [sys.executable, "-c", AS_KERAS_DOES],
        input=json.dumps([str(source), cases]),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    for (text, variable), expected in zip(cases, json.loads(ran.stdout), strict=True):
        found = _configured(tmp_path, text, variable, monkeypatch)
        if isinstance(expected, str):
            assert found.problem, (text, variable, expected)
            assert str(tmp_path) in found.problem
            assert len(found.problem) < 500 + len(str(tmp_path))
        else:
            # Keras takes a backend of another type, or none, as it is, and refuses it later.
            assert [found.backend, found.floatx, found.problem] == [
                str(expected[0] or "tensorflow"),
                expected[1],
                "",
            ], (text, variable)


def _configured(
    folder: Path, text: str | None, variable: str | None, monkeypatch: pytest.MonkeyPatch
) -> _keras.Configuration:
    (folder / "keras.json").unlink(missing_ok=True)
    if text is not None:
        (folder / "keras.json").write_text(text, encoding="latin-1")
    if variable is None:
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
    else:
        monkeypatch.setenv("KERAS_BACKEND", variable)
    return configuration()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Keras's configuration file lies, for a process that has not loaded Keras yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr(_keras, "is_loaded", lambda name: False)
    return tmp_path


def write(folder: Path, **values: Any) -> None:
    (folder / "keras.json").write_text(json.dumps(values))


def test_a_design_is_sent_as_keras_would_build_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.workers.sent_network.keras_is_loaded", lambda: False)
    write(folder, backend="jax", floatx="float64")
    assert active_backend() == "jax"
    assert network_of(DESIGN).policy == "float64"
    monkeypatch.setenv("KERAS_BACKEND", "")
    assert active_backend() == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    assert active_backend() == "numpy"


def test_a_home_that_cannot_be_written_to_is_not_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert not _keras._configuration_file().startswith(str(tmp_path))
    monkeypatch.setattr(os, "access", lambda path, mode: True)
    assert Path(_keras._configuration_file()) == tmp_path / ".keras" / "keras.json"


SCRIPT = """
from encdec_widgets._keras import BackendMissingError, require_backend
try:
    require_backend()
except BackendMissingError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"floatx": "bfloat16"}, ["keras.json cannot be used: floatx must be one of float16", "'bfloat16'"]),
        ({"backend": "cntk"}, ["'cntk' cannot be imported (", "keras.json names it)", "KERAS_BACKEND="]),
        ({"backend": "no name.of a module"}, ["'no name.of a module' cannot", "KERAS_BACKEND="]),
    ],
)
def test_what_keras_cannot_use_is_said_with_the_file(
    folder: Path, values: dict[str, Any], words: list[str]
) -> None:
    write(folder, **values)
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    for word in words:
        assert word in ran.stdout


def test_an_empty_variable_does_not_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "")
    assert (configuration().backend, configuration().source) == ("tensorflow", "")
    write(folder, backend="numpy")
    require_backend()
