"""The architecture that the backbone of a configuration is."""

import inspect
import json
from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets.architectures import Hourglass, LeapCNN, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.export.sleap.section import Section
from encdec_widgets.formatting import quoted

CLASSIC: Mapping[str, Any] = {"unet": UNet, "leap": LeapCNN, "hourglass": Hourglass}
"""The backbones of SLEAP up to 1.4 that are a family here, by their keys."""

FIXED = {"kernel_size": 3, "stem_kernel_size": 7, "convs_per_block": 2, "block_contraction": False}
"""What SLEAP up to 1.4 does not write, as all its U-Nets have it."""

SLEAP_NN_DEFAULTS = {
    "filters": 32,
    "filters_rate": 1.5,
    "max_stride": 16,
    "stem_stride": None,
    "middle_block": True,
    "up_interpolate": True,
    "stacks": 1,
    "output_stride": 1,
    "kernel_size": 3,
    "convs_per_block": 2,
}
"""The defaults of sleap-nn's U-Net."""

SLEAP_NN_NAMES: Mapping[str, Mapping[str, Any]] = {
    "unet": {},
    "unet_medium_rf": {"filters": 32, "filters_rate": 2, "max_stride": 16},
    "unet_large_rf": {"filters": 24, "filters_rate": 1.5, "max_stride": 32},
}
"""U-Nets that a text can name in place of a mapping, with what they have other than the defaults."""

_NOT_OURS = {
    "resnet": "a ResNet, whose pretrained blocks are no encoder-decoder of these blocks",
    "pretrained_encoder": "an encoder with pretrained weights, which is no encoder of these blocks",
    "pretrained": "an encoder with pretrained weights, which is no encoder of these blocks",
    "convnext": "a ConvNeXt, which is no encoder of these blocks",
    "swint": "a Swin transformer, which is no encoder of these blocks",
}


def chosen(backbone: Section, known: Mapping[str, Any]) -> tuple[str, Section]:
    """The one backbone of a file.

    Args:
        backbone: The part of the file with one key a backbone.
        known: Those that can be read.

    Raises:
        ValueError: If there is none, several, or one that is no encoder-decoder of ours; it names it.
    """
    one = backbone.one_of("backbone")
    if one is None:
        raise ValueError(f"{backbone.path} has no backbone. Would work: one of {', '.join(known)}.")
    name, section = one
    if name not in known:
        raise ValueError(not_ours(backbone.at(name), name, section.data.get("encoder"), known))
    return name, section


def not_ours(path: str, name: str, which: Any, known: Mapping[str, Any]) -> str:
    """Say that a backbone can't be read."""
    words = next((said for key, said in _NOT_OURS.items() if name.startswith(key)), "not known here")
    exactly = f" ({quoted(which)})" if which is not None else ""
    return f"{path} is {words}{exactly}. Would work: {', '.join(known)}."


def classic_numbers(name: str, section: Section, output_stride: int | None) -> dict[str, Any]:
    """The numbers of a backbone in SLEAP up to 1.4, with SLEAP's defaults for those that are missing.

    Args:
        name: The key of the backbone.
        section: The part of the file with its numbers.
        output_stride: The stride of the first head, with which SLEAP builds the backbone; None without a head.

    Raises:
        ValueError: If there is a key that is not known, with a value other than what SLEAP always has.
    """
    parameters = inspect.signature(CLASSIC[name].from_strides).parameters
    defaults = {key: parameter.default for key, parameter in parameters.items()}
    return _numbers(section, defaults, FIXED if name == "unet" else {}, output_stride)


def sleap_nn_numbers(section: Section, output_stride: int | None) -> dict[str, Any]:
    """The numbers of a U-Net in sleap-nn, with its defaults for those that are missing.

    Args:
        section: The part of the file with its numbers.
        output_stride: The finest stride of the heads, with which sleap-nn builds the backbone; None without a head.

    Raises:
        ValueError: If there is a key that is not known.
    """
    others = {key: value for key, value in section.data.items() if key != "in_channels"}
    return _numbers(attrs.evolve(section, data=others), SLEAP_NN_DEFAULTS, {}, output_stride)


def _numbers(
    section: Section, defaults: Mapping[str, Any], fixed: Mapping[str, Any], output_stride: int | None
) -> dict[str, Any]:
    for key, value in section.data.items():
        is_fixed = key in fixed and value == fixed[key]
        if key not in defaults and value is not None and not is_fixed:
            would = f"{fixed[key]!r}, or no such key" if key in fixed else f"one of {', '.join(defaults)}"
            raise ValueError(f"{section.at(str(key))}={quoted(value)} is not known. Would work: {would}.")
    numbers = {}
    for key, default in defaults.items():
        value = section.data.get(key)
        if key == "output_stride" and output_stride is not None:
            if value not in (None, output_stride):
                text = f"The head's stride, {output_stride}, counts in place of {quoted(value)}."
                section.note("overwritten", key, text)
            value = output_stride
        elif key not in section.data or (value is None and default is not None):
            section.note("assumed", key, f"It is not in the file; the default is {json.dumps(default)}.")
            value = default
        numbers[key] = value
    return numbers


def architecture(
    cls: type[Any], numbers: Mapping[str, Any], section: Section, heads_keys: Mapping[str, str]
) -> EncoderDecoder:
    """Make the architecture of some numbers.

    Args:
        cls: The family.
        numbers: What its ``from_strides`` takes, and the fields of convolutions beside.
        section: The part of the file with the backbone.
        heads_keys: Of the numbers that heads decide, the key of that head's stride in the file.

    Raises:
        FieldError: If no network has them; it names the key in the file.
    """
    others = {key: value for key, value in numbers.items() if key in ("kernel_size", "convs_per_block")}
    try:
        made = cls.from_strides(**{key: value for key, value in numbers.items() if key not in others})
        found: EncoderDecoder = plain(attrs.evolve(made, **others))
    except FieldError as error:
        key = heads_keys.get(error.field)
        if key is None:
            raise error.inside(section.path) from None
        raise FieldError(key, error.value, error.allowed, error.suggestions, plain=error.plain) from None
    return found


def plain(made: Any) -> Any:
    """The same network with the usual value in a field that has no effect: without a stem, the size of its kernels.

    >>> plain(UNet(stem_kernel_size=7)) == UNet()
    True
    """
    if isinstance(made, UNet) and not made.stem_blocks:
        usual: Any = attrs.fields(UNet).stem_kernel_size.default
        return attrs.evolve(made, stem_kernel_size=usual)
    return made
