"""The code of a network whose class builds it in a way of its own: the class is imported."""

from typing import Any

from encdec_widgets.architectures.fields.layer_names import as_model_name
from encdec_widgets.architectures.known_classes import is_shipped
from encdec_widgets.export.keras_code.imported import construction, imported_name
from encdec_widgets.formatting import shortened


def own_building(design: Any) -> tuple[list[str], set[str]]:
    """The lines of the function ``build`` that call the class's own ``make_backbone``, and the modules that they need.

    Raises:
        ValueError: If the class can't be imported, or a field of it has no form in code.
    """
    architecture, heads = design.architecture, design.heads
    cls = type(architecture)
    if is_shipped(cls):
        raise ValueError(
            f"The code can't say how the blocks of this {shortened(cls.__name__)} are connected: its wiring makes "
            "layers outside of blocks. Would work: make them in a block."
        )
    modules, given = {cls.__module__}, "inputs"
    if heads:
        modules |= {type(head).__module__ for head in heads}
        made = [construction(imported_name(type(head)), head) for head in heads]
        given += f", head={made[0]}" if len(heads) == 1 else f", head=({', '.join(made)})"
    return [
        'inputs = keras.Input(input_shape, name="input")',
        f"network = {construction(imported_name(cls), architecture)}",
        f"outputs, _ = network.make_backbone({given})",
        f"return keras.Model(inputs, outputs, name={as_model_name(cls.__name__)!r})",
    ], modules
