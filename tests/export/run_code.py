"""Runs files of Keras code in a process that knows nothing of this package, and tells what they build.

``python run_code.py FOLDER`` runs each .py file in the folder as a program, and writes what it built beside it.
"""

import json
import runpy
import sys
from pathlib import Path
from typing import Any


def structure_of(model: Any) -> dict[str, Any]:
    """The layers of a model with all their settings, how they are connected, and the number of parameters."""
    config = json.loads(model.to_json())["config"]
    kept = {name: value for name, value in config.items() if name != "name"}  # Keras numbers names of models.
    return {**kept, "parameters": model.count_params()}


if __name__ == "__main__":
    for file in sorted(Path(sys.argv[1]).glob("*.py")):
        network = runpy.run_path(str(file), run_name="__main__")["network"]
        file.with_suffix(".json").write_text(json.dumps(structure_of(network)))
    print("encdec_widgets" in sys.modules)
