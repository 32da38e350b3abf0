"""A session where ipywidgets, anywidget and plotly cannot be imported."""

import subprocess
import sys

SCRIPT = """
import sys
for name in ("ipywidgets", "anywidget", "plotly"):
    sys.modules[name] = None

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.session import Session

small = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
session = Session(small)
told = []
session.observe(lambda change: told.append(change["name"]), ["design", "problem", "selection"])

session.change("filters", 3)
assert session.design == small.replace("filters", 3)
assert session.model.get_layer("stack0_enc0_conv0").filters == 3

session.change("filters", 0)
assert "Received: filters=0" in str(session.problem), session.problem
assert session.design == small.replace("filters", 3)
session.mend(session.editor.outcome.mends[0])
assert (session.problem, session.design) == (None, small.replace("filters", 1))

session.select("encoder[1]")
assert session.shown.selected_blocks == ("stack0_enc1",)
session.undo()
session.undo()
assert session.design == small
session.redo()
assert session.backbone.design == small.replace("filters", 3)
assert told == ["design", "problem", "design", "problem", "selection", *["design"] * 3], told
from encdec_widgets.session.learning import Learning

learning = Learning(session)
learning.looked_at = True
assert learning.subject.notes, learning.subject
learning.ask("seconds", 0)
assert "Received: seconds=0" in str(learning.problem)
learning.start()
assert "Seconds must be" in learning.state.said, learning.state
learning.close()
try:
    import plotly
except ImportError:
    print("edited")
"""


def run(script: str) -> "subprocess.CompletedProcess[str]":
    """Run a script in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=300
    )


def test_a_design_is_edited_refused_mended_undone_and_selected() -> None:
    done = run(SCRIPT)
    assert done.stdout.strip() == "edited", done.stderr


def test_a_session_imports_no_widgets() -> None:
    script = (
        "import sys, encdec_widgets.session; "
        "print(*sorted({'ipywidgets', 'anywidget', 'plotly', 'keras'} & set(sys.modules)))"
    )
    done = run(script)
    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr
