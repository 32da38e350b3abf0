"""Without a Keras backend: one clear error that names what to install or to set."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

BLOCKED = """
import importlib.abc, importlib.machinery, importlib.util, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name in {blocked!r} else find_spec(name)

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
design = Design(UNet(filters=4))
try:
    design.build()
except ImportError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("blocked", "words"),
    [
        (["tensorflow", "jax", "torch"], ['"encdec_widgets[cpu]"', "[gpu]"]),
        (["tensorflow", "torch"], ['"encdec_widgets[cpu]"', "KERAS_BACKEND=jax, which is installed"]),
    ],
)
def test_the_error_names_the_remedy(blocked: Sequence[str], words: Sequence[str]) -> None:
    command = [sys.executable, "-c", BLOCKED.format(blocked=blocked)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert ran.stdout.startswith(
        "BackendMissingError Keras needs a backend and 'tensorflow' cannot be imported"
    )
    for word in words:
        assert word in ran.stdout
