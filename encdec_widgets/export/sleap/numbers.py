"""The numbers that SLEAP writes of a network, and what keeps a network from being said by them."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from encdec_widgets.architectures import Hourglass, LeapCNN, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.design import Design
from encdec_widgets.export.sleap.ground import differences
from encdec_widgets.export.sleap.networks import plain
from encdec_widgets.export.sleap.refusing import Misfit, nearest_unet


def _strides(architecture: EncoderDecoder) -> dict[str, Any]:
    return {"max_stride": architecture.maximum_stride, "output_stride": architecture.output_stride}


def _of_unet(unet: UNet) -> dict[str, Any]:
    return {
        "stem_stride": 2**unet.stem_blocks if unet.stem_blocks else None,
        **_strides(unet),
        "filters": unet.filters,
        "filters_rate": float(unet.filters_rate),
        "middle_block": unet.middle_block,
        "up_interpolate": unet.up_interpolate,
        "stacks": unet.stacks,
    }


def _of_leap(leap: LeapCNN) -> dict[str, Any]:
    return {
        **_strides(leap),
        "filters": leap.filters,
        "filters_rate": float(leap.filters_rate),
        "up_interpolate": leap.up_interpolate,
        "stacks": leap.stacks,
    }


def _of_hourglass(hourglass: Hourglass) -> dict[str, Any]:
    return {
        "stem_stride": hourglass.stem_stride,
        **_strides(hourglass),
        "stem_filters": hourglass.stem_filters,
        "filters": hourglass.filters,
        "filter_increase": hourglass.filter_increase,
        "stacks": hourglass.stacks,
    }


_NUMBERS: Mapping[type, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    UNet: ("unet", _of_unet),
    LeapCNN: ("leap", _of_leap),
    Hourglass: ("hourglass", _of_hourglass),
}


def classic_numbers(design: Design) -> tuple[str, dict[str, Any], list[Misfit]]:
    """What SLEAP up to 1.4 writes of a network.

    Returns:
        The key of its backbone, its numbers, and what keeps it from being said by them.
    """
    known = _NUMBERS.get(type(design.architecture))
    if known is None:
        return "", {}, [_other_family(design, "must be a U-Net, a LEAP CNN or an hourglass")]
    key, numbers_of = known
    numbers = numbers_of(design.architecture)
    return key, numbers, _misfits(design.architecture, numbers)


def sleap_nn_numbers(design: Design) -> tuple[dict[str, Any], list[Misfit]]:
    """What sleap-nn writes of a U-Net.

    Returns:
        Its numbers, and what keeps it from being said by them.
    """
    unet = design.architecture
    if type(unet) is not UNet:
        return {}, [_other_family(design, "must be a U-Net")]
    own = {"kernel_size": unet.kernel_size, "convs_per_block": unet.convs_per_block}
    misfits = _misfits(attrs.evolve(unet, kernel_size=3, convs_per_block=2), _of_unet(unet))
    for difference in differences(unet):
        field, value = difference.field, getattr(unet, difference.field)
        changes = dict(unet.stem_as_levels() or {}) if field == "stem_blocks" else {}
        said = f"must be {difference.value}: {difference.text[0].lower()}{difference.text[1:-1]}"
        if difference.text.startswith("sleap-nn"):
            said = f"must be {difference.value}: {difference.text[:-1]}"
        if field not in {misfit.field for misfit in misfits}:
            misfits.append(Misfit(field, value, said, difference.value, changes))
    return {"in_channels": design.input_shape[2], **_of_unet(unet), **own}, misfits


def _misfits(architecture: Any, numbers: Mapping[str, Any]) -> list[Misfit]:
    """What of an architecture its numbers do not say."""
    depth = getattr(architecture, "stem_blocks", 0) + architecture.down_blocks
    if type(architecture) is UNet and architecture.down_blocks < 1:
        return [Misfit("down_blocks", architecture.down_blocks, "must be 1 or more", 1)]
    if architecture.up_blocks > depth:
        return [
            Misfit(
                "up_blocks", architecture.up_blocks, f"must be {depth} or less, as many as lead down", depth
            )
        ]
    try:
        with trying():
            said = type(architecture).from_strides(**numbers)
    except FieldError as error:
        return [Misfit(error.field, error.value, error.allowed)]
    said, architecture = plain(said), plain(architecture)
    names = [field.name for field in attrs.fields(type(architecture))]
    return [
        Misfit(name, getattr(architecture, name), f"must be {getattr(said, name)}", getattr(said, name))
        for name in names
        if getattr(architecture, name) != getattr(said, name)
    ]


def _other_family(design: Design, allowed: str) -> Misfit:
    nearest = nearest_unet(design)
    changes = {} if nearest is None else {"architecture": nearest}
    return Misfit("architecture", type(design.architecture).__name__, allowed, None, changes)
