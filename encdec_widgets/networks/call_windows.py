"""How the output of a call of a layer depends on each of its inputs."""

from typing import Any

from encdec_widgets.networks.layer_traits import activation_is_known, traits_of
from encdec_widgets.networks.users_classes import may_be_of_a_users_class
from encdec_widgets.networks.windows import Windows


def windows_of(call: Any) -> Windows | None:
    """How the output of one call of a Keras layer depends on each of its inputs, along height and width (exact).

    A layer of a class that a user derived from one of Keras's counts as that one, unless it has a ``call`` of its own.
    An input layer, which depends on no other, gives :data:`encdec_widgets.networks.windows.POINT`. A map that a merge
    stretches (one of 1 x 1 px that is added to a larger one, say) is the same at all positions, which ``POINT`` does
    not say.

    Args:
        call: A call of an operation, as :func:`encdec_widgets.networks.keras_private.calls_to` gives them.

    Returns:
        The windows; None where they are unknown: a layer, a model in the model or an activation that a user wrote,
        channels first, or a layer that is not in the table of layers.
    """
    layer = call.operation
    traits = traits_of(layer)
    if traits.windows is None or len(call.output_tensors) != 1:
        return None
    try:
        if not activation_is_known(layer):
            return None
        return traits.windows(layer, call)
    except Exception as error:
        if not may_be_of_a_users_class(error, layer):
            raise
        return None
