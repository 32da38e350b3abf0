"""What the foot of the designer says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from encdec_widgets.explain.checks import Check
from encdec_widgets.formatting import counted
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.timing import visible_devices

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


def built_text(backbone: "Backbone") -> str:
    """How large a network is for Keras, how long it took to build, and what it runs on."""
    layers = counted(len(backbone.structure.layers), "layer")
    return (
        f"{layers} · built in {1000 * backbone.build_seconds:.0f} ms · {backend_text(backbone.backend)} on "
        f"{visible_devices()[0].name}"
    )


def checks_text(told: Sequence[Check]) -> str:
    """How much is found of a network.

    >>> checks_text([])
    'Checks: none'
    """
    warned = any(check.severity == "warning" for check in told)
    return f"Checks: {len(told) or 'none'}{' ⚠' if warned else ''}"
