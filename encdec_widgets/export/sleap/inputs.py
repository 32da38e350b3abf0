"""The shape of the input that a configuration leads to: after scaling, cropping and padding."""

import attrs

from encdec_widgets.designs.input_shapes import INPUT_FIELDS, InputShape
from encdec_widgets.export.sleap.of_file import note_unread
from encdec_widgets.export.sleap.section import Section

_CHANNELS = ("ensure_rgb", "ensure_grayscale", "imagenet_mode")
_CLASSIC = (
    *_CHANNELS,
    "input_scaling",
    "pad_to_stride",
    "resize_and_pad_to_target",
    "target_height",
    "target_width",
)
_SLEAP_NN = (*_CHANNELS, "scale", "crop_size", "crop_hw", "max_height", "max_width")
_USUAL = INPUT_FIELDS["height"].default


@attrs.frozen
class FoundInput:
    """The input of a network.

    Attributes:
        shape: Height, width and channels, each height and width a multiple of the maximum stride.
        said: Whether the file says height, width and channels.
    """

    shape: InputShape
    said: tuple[bool, bool, bool]


def classic_input(data: Section, kind: str, max_stride: int) -> FoundInput:
    """The input in SLEAP up to 1.4: images are scaled, and then cropped or padded.

    Args:
        data: The part ``data`` of the file.
        kind: The kind of its head.
        max_stride: The maximum stride of the network.
    """
    preprocessing, cropping = data.section("preprocessing"), data.section("instance_cropping")
    note_unread(preprocessing, _CLASSIC)
    note_unread(cropping, ("crop_size",))
    scaling = preprocessing.factor("input_scaling")
    if kind in ("centered_instance", "multi_class_topdown"):
        crop = cropping.size("crop_size")
        sizes, pad = (crop, crop), max_stride
        where = cropping.at("crop_size")
    else:
        targets = _targets(preprocessing)
        sizes = (_scaled(targets[0], scaling), _scaled(targets[1], scaling))
        pad = preprocessing.size("pad_to_stride") or max_stride
        where = preprocessing.at("target_height")
    return _padded(data, where, sizes, pad, max_stride, _channels(preprocessing, None))


def sleap_nn_input(data: Section, kind: str, max_stride: int, in_channels: int | None) -> FoundInput:
    """The input in sleap-nn: images are cropped, and then scaled and padded.

    Args:
        data: The part ``data_config`` of the file.
        kind: The kind of its head.
        max_stride: The maximum stride of the network.
        in_channels: The channels that the backbone says; None where it does not.
    """
    preprocessing = data.section("preprocessing")
    note_unread(preprocessing, _SLEAP_NN)
    scaling = preprocessing.factor("scale")
    if kind in ("centered_instance", "multi_class_topdown", "centered_instance_segmentation"):
        crop = preprocessing.size("crop_size")
        # 0.0.1 had crop_hw in its place
        sizes = preprocessing.height_and_width("crop_hw") if crop is None else (crop, crop)
        where = preprocessing.at("crop_size")
    else:
        sizes = preprocessing.size("max_height"), preprocessing.size("max_width")
        where = preprocessing.at("max_height")
    scaled = (_scaled(sizes[0], scaling), _scaled(sizes[1], scaling))
    return _padded(data, where, scaled, max_stride, max_stride, _channels(preprocessing, in_channels))


def _targets(preprocessing: Section) -> tuple[int | None, int | None]:
    """The height and width that images are brought to; None where they are not."""
    targets = preprocessing.size("target_height"), preprocessing.size("target_width")
    key = "resize_and_pad_to_target"
    if preprocessing.data.get(key) is None or preprocessing.flag(key):
        return targets
    if targets != (None, None):
        preprocessing.note("overwritten", key, "It is off, so target_height and target_width do not count.")
    return None, None


def _scaled(size: int | None, scaling: float) -> int | None:
    return None if size is None else max(int(size * scaling), 1)


def _padded(
    data: Section,
    where: str,
    sizes: tuple[int | None, int | None],
    pad: int,
    max_stride: int,
    channels: tuple[int, bool],
) -> FoundInput:
    def padded(size: int | None) -> int:
        up = -(-(_USUAL if size is None else size) // pad) * pad
        return -(-up // max_stride) * max_stride

    key = where.removeprefix(f"{data.path}.")
    if None in sizes:
        data.note("assumed", key, f"The file does not say how large images are; taken as {padded(None)} px.")
    elif pad % max_stride and any(size is not None and -(-size // pad) * pad % max_stride for size in sizes):
        data.note(
            "overwritten",
            key,
            f"Made a multiple of the maximum stride, {max_stride}, which the network needs.",
        )
    height, width = (padded(size) for size in sizes)
    return FoundInput((height, width, channels[0]), (sizes[0] is not None, sizes[1] is not None, channels[1]))


def _channels(preprocessing: Section, in_channels: int | None) -> tuple[int, bool]:
    """The channels of images, and whether the file says them."""
    # The first one counts: SLEAP makes colour images for imagenet_mode whatever they were made before.
    ways = {"imagenet_mode": 3, "ensure_rgb": 3, "ensure_grayscale": 1}
    for key, channels in ways.items():
        if preprocessing.data.get(key) if key == "imagenet_mode" else preprocessing.flag(key):
            if in_channels not in (None, channels):
                preprocessing.note(
                    "overwritten", key, f"It makes {channels} channels of in_channels={in_channels}."
                )
            return channels, True
    if in_channels is not None:
        return in_channels, True
    preprocessing.note(
        "assumed", "ensure_rgb", "Images have as many channels as the video; taken as 1, grey."
    )
    return 1, False
