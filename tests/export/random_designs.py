"""Designs at random: every family, lists of any blocks, stacks, wirings and heads."""

import random
from collections.abc import Iterator
from typing import Any

from encdec_widgets import Design, architectures
from encdec_widgets.architectures import CustomEncoderDecoder, StackedHourglass
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, described_fields

PUBLIC = [SimpleConvBlock, SimpleUpsamplingBlock, *(getattr(architectures, n) for n in architectures.__all__)]
FAMILIES = [cls for cls in PUBLIC if issubclass(cls, EncoderDecoder) and cls is not CustomEncoderDecoder]
ENCODER_BLOCKS = [cls for cls in PUBLIC if issubclass(cls, EncoderBlock)]
DECODER_BLOCKS = [cls for cls in PUBLIC if issubclass(cls, DecoderBlock)]
_LARGEST = {"channels": 6, "px": 4, "layers": 3, "convs": 3}


def random_designs(seed: int, count: int) -> Iterator[Design]:
    """Designs that can be built, half of them of families and half of lists of blocks."""
    choose = random.Random(seed)
    while count:
        try:
            network = _family(choose) if choose.random() < 0.5 else _list(choose)
            size = 2 * network.maximum_stride
            design = Design(network, (size, size, choose.randint(1, 3)), heads=_heads(choose, network))
            design.build()
        except ValueError:
            continue
        count -= 1
        yield design


def _family(choose: random.Random) -> EncoderDecoder:
    family: EncoderDecoder = _instance(choose, choose.choice(FAMILIES))
    return family


def _list(choose: random.Random) -> EncoderDecoder:
    """Blocks of a few kinds, so that some are alike but for their fields."""
    encoders = choose.sample(ENCODER_BLOCKS, choose.randint(1, 3))
    decoders = choose.sample(DECODER_BLOCKS, choose.randint(1, 2))

    def some(kinds: list[type], most: int) -> list[Any]:
        return [_instance(choose, choose.choice(kinds)) for _ in range(choose.randint(0, most))]

    return CustomEncoderDecoder(
        stacks=choose.choice([1, 1, 2, 3]),
        stem=some(encoders, 2) if choose.random() < 0.5 else None,
        encoder=some(encoders, 4),
        decoder=some(decoders, 4),
        wiring=choose.choice([None, None, StackedHourglass()]),
    )


def _heads(choose: random.Random, network: EncoderDecoder) -> tuple[Head, ...]:
    strides = [None, *(stride for stride in network.feature_strides if stride > 0)]
    names = choose.sample(["head", "maps", "pafs", "a_1"], choose.randint(0, 3))
    return tuple(
        Head(choose.randint(1, 3), choose.choice(["linear", "softmax"]), choose.choice(strides), name)
        for name in names
    )


def _instance(choose: random.Random, cls: type) -> Any:
    while True:
        try:
            return cls(**{name: _value(choose, info) for name, info in described_fields(cls).items()})
        except FieldError:
            pass


def _value(choose: random.Random, info: FieldInfo) -> Any:
    if choose.random() < 0.3:
        return info.default
    if info.kind == "integer":
        low = int(max(info.minimum, -3))
        number = choose.randint(low, int(min(info.maximum, max(low, _LARGEST.get(info.unit, 3)))))
        return choose.choice([None, number]) if info.optional else number
    if info.kind == "real":
        return choose.uniform(info.minimum, min(info.maximum, 2.5))
    if info.kind == "flag":
        return choose.random() < 0.5
    if info.kind == "choice":
        return choose.choice(info.choices[:3])
    if info.kind == "counts":
        return [choose.randint(0, 3) for _ in range(choose.randint(max(info.lengths[0], 1), 3))]
    return choose.choice(["", "_a", "-b"]) if info.kind == "layer name" else info.default
