"""The process that tells of the designs of a sweep: ``python -m encdec_widgets.explore.sweeping.inside``.

It answers requests as every worker process does, and knows one command beside the first, which loads Keras.
"""

from collections.abc import Callable, Mapping
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.inside.__main__ import main


def commands() -> Mapping[str, Callable[..., dict[str, Any]]]:
    """What this process can be asked for, by name."""
    from encdec_widgets.explore.tell import told_of

    return {"load": _load, "tell": told_of}


def _load(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Load Keras, and take what is set for its backend where the sweep comes from: timings pass it on."""
    backend = str(keras.config.backend())
    backend_named(backend).take(settings)
    return {"backend": backend}


if __name__ == "__main__":
    main(commands)
