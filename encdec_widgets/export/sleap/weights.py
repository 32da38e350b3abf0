"""Weights of trained SLEAP models."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.export.found import Found


def trained_backbone(found: "Found") -> "Backbone":
    """Build the network of a design that was read, with the weights that stand beside its configuration.

    Raises:
        ValueError: If there are none.
    """
    raise ValueError(f"There is no trained model beside {found.path}.")
