"""The app runs nothing of the folder in which it is started; a notebook's modules are found, also by its worker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

from encdec_widgets.app.serving.jupyter_folder import lab_settings
from tests.amount import full_or
from tests.browser.kernel import Kernel
from tests.browser.servers import ROOT, App, clean_environment
from tests.setup.visiting import LIMIT, Visitor

MODULES = [
    "IPython", "_strptime", "argparse", "asyncio", "attrs", "cgi", "code", "comm", "copy", "csv", "hashlib", "inspect",
    "ipykernel", "ipykernel_launcher", "ipywidgets", "jinja2", "json", "jupyter_client", "jupyter_server", "keras",
    "logging", "matplotlib", "nbformat", "networkx", "numpy", "pdb", "platform", "plotly", "psutil", "queue", "random",
    "secrets", "select", "socket", "string", "tempfile", "test", "tornado", "traitlets", "uuid", "voila", "webbrowser",
]  # fmt: skip
# What Python itself, and a console script, load before a line of ours: only an empty entry of PYTHONPATH leads there.
BEFORE_US = ["encdec_widgets", "re", "runpy", "typing"]
BEFORE_ANYTHING = ["sitecustomize", "usercustomize"]
# Settings of Jupyter, IPython and Python that are programs.
SETTINGS = [
    "ipython_config.py", "ipython_kernel_config.py", "jupyter_config.py", "jupyter_server_config.py", "voila.py",
    "jupyter_notebook_config.py", "profile_default/startup/a.py", "profile_default/ipython_kernel_config.py",
    ".ipython/profile_default/startup/a.py", "startup.py",
]  # fmt: skip


def set_traps(folder: Path, names: list[str]) -> None:
    """Write programs that leave a file when they are run, named by what was run and in which process."""
    caught = folder / "caught"
    caught.mkdir()
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"import os\nopen(f'{caught}/{path.name}-{{os.getpid()}}', 'w').close()\n")


def caught(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "caught").iterdir())


PYTHON_PATHS = {"none": "", "empty": os.pathsep, "dot": f".{os.pathsep}"}


@pytest.mark.parametrize("python_path", full_or([*PYTHON_PATHS], ["none"]))
def test_nothing_of_the_working_folder_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python_path: str
) -> None:
    script = tmp_path / "bin/encdec-designer"  # as pip writes it
    script.parent.mkdir()
    script.write_text("import sys\nfrom encdec_widgets.app.cli import main\nsys.exit(main())\n")
    folder = tmp_path / "started here"
    folder.mkdir()
    modules = [*MODULES, *BEFORE_ANYTHING, *(BEFORE_US if python_path == "none" else [])]
    set_traps(folder, [*(f"{name}.py" for name in modules), *SETTINGS])
    (folder / "voila.json").write_text('{"Voila": {"token": ""}}')
    template = folder / "voila/templates/lab/index.html.j2"
    template.parent.mkdir(parents=True)
    template.write_text("trap")
    monkeypatch.setenv("PYTHONSTARTUP", "startup.py")
    for variable in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
        monkeypatch.setenv(variable, ".")

    app = App(folder, backend="numpy")
    app.command = [sys.executable, str(script), "--no-browser"]
    app.environment = {"IPYTHONDIR": ".ipython", "PYTHONPATH": f"{PYTHON_PATHS[python_path]}{ROOT}"}
    with app:
        visitor = Visitor(app)
        assert "Encoder-decoder designer" in visitor.html
        with Kernel(app.connection_file(visitor.kernel)) as kernel:
            assert kernel.value("designer.backbone.parameters") > 1000
            if python_path == "none":
                kernel.run("from encdec_widgets import measure")
                assert (
                    kernel.value("measure(designer.design.replace('filters', 1), budget_s=0.1).median_ms") > 0
                )
            assert not kernel.value(
                "any(path in ('', '.', __import__('os').getcwd()) for path in __import__('sys').path)"
            )
        assert psutil.Process(app.process.pid).cwd() == str(folder)
    # Python itself, before the app begins, takes an entry of PYTHONPATH at its word.
    allowed = {f"{name}.py-{app.process.pid}" for name in BEFORE_ANYTHING} if python_path != "none" else set()
    assert set(caught(folder)) - allowed == set()


SEARCHED = """
import os, sys
from pathlib import Path
from encdec_widgets.app.cli import leave_out_working_folder
leave_out_working_folder()
from encdec_widgets.app.serving.jupyter_folder import only_our_settings
only_our_settings(Path(sys.argv[1]))
print([entry for entry in (*sys.path, *os.environ["PYTHONPATH"].split(os.pathsep)) if not os.path.isabs(entry)])
print(os.getcwd() in map(os.path.abspath, sys.path))
"""


@pytest.mark.parametrize("python_path", [*PYTHON_PATHS.values(), f"sub{os.pathsep}", f"..{os.pathsep}"])
def test_neither_it_nor_its_kernels_search_what_depends_on_the_working_folder(
    tmp_path: Path, python_path: str
) -> None:
    found = subprocess.run(
        [sys.executable, "-c", SEARCHED, tmp_path / "settings"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**clean_environment(tmp_path), "PYTHONPATH": f"{python_path}{ROOT}"},
        text=True,
        timeout=LIMIT,
    )
    assert found.stdout.split("\n") == ["[]", "False", ""]


BLOCKS = """
import attrs
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock

@attrs.frozen
class Twice(SimpleConvBlock):
    def make_block(self, x_in, prefix="twice"):
        return super().make_block(super().make_block(x_in, prefix + "_a"), prefix + "_b")
"""
TIMED = """
from encdec_widgets import Design, measure
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import SimpleUpsamplingBlock
from my_blocks import Twice

family = CustomEncoderDecoder(encoder=[Twice(filters=2), Twice(filters=4)], decoder=[SimpleUpsamplingBlock()])
design = Design(family, (32, 32, 1))
print(measure(design, budget_s=0.1).median_ms > 0)
"""


def test_a_notebooks_own_module_is_found_in_lab_also_by_the_worker_that_times_its_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
        monkeypatch.setenv(variable, "")  # put back in the end
    for variable, value in clean_environment(tmp_path).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    (notebooks / "my_blocks.py").write_text(BLOCKS)
    lab_settings(tmp_path / "settings")
    manager, client = start_new_kernel(startup_timeout=LIMIT, kernel_name="python3", cwd=str(notebooks))
    try:
        assert str(tmp_path / "settings") in manager.kernel_spec.resource_dir
        printed = Kernel(Path(manager.connection_file))
        printed.client = client
        assert printed.run(TIMED) == "True\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
