"""What an architecture can say of itself: changes of its own fields that make another network of the same family.

Checks and edits ask an architecture what it can change, and never which class it is. The base class answers for every
family whose fields have the seed's names (``down_blocks``, ``up_blocks``, ``stem_blocks``, ``up_interpolate``,
``kernel_size``), and else from its blocks. A family that has other fields overrides a method.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from encdec_widgets.architectures.blocks.base import DecoderBlock, EncoderBlock
from encdec_widgets.architectures.fields.described import Described, described_fields

Changes: TypeAlias = dict[str, Any]
"""New values by path, as ``Design.replace_all`` takes them: ``filters``, or ``encoder[:]`` for a list of blocks."""


class FamilyEdits(Described):
    """The blocks of an architecture, and changes that it can make of itself; a method gives None where there are none.

    The changes may still give no valid design, which is found when a design is made with them.
    """

    __slots__ = ()

    @property
    def stem_stack(self) -> Sequence[EncoderBlock] | None:
        """The encoder blocks that define the stem, which is not repeated; None without a stem."""
        return None

    @property
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """The encoder blocks that define the encoder."""
        raise NotImplementedError("Encoder-decoder subclasses must define encoder stack.")

    @property
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """The decoder blocks that define the decoder."""
        raise NotImplementedError("Encoder-decoder subclasses must define decoder stack.")

    def fewer_levels(self, count: int) -> Changes | None:
        """Changes that take the ``count`` coarsest levels out of encoder and decoder, so that the output stays as fine.

        Those of :meth:`levels_by`; where there are none, the last encoder block that makes the map smaller goes, and
        with it the first decoder block that makes it larger.
        """
        own = self.levels_by(-count)
        if own is not None:
            return own
        encoder, decoder = list(self.encoder_stack), list(self.decoder_stack)
        for _ in range(count):
            down = [i for i, block in enumerate(encoder) if block.downsampling_stride > 1]
            up = [i for i, block in enumerate(decoder) if block.upsampling_stride > 1]
            if not down or len(encoder) == 1:
                return None
            gone = encoder.pop(down[-1])
            if up and decoder.pop(up[0]).upsampling_stride != gone.downsampling_stride:
                return None
        return {"encoder[:]": tuple(encoder), "decoder[:]": tuple(decoder)}

    def more_levels(self, count: int) -> Changes | None:
        """Changes that add ``count`` levels at the coarsest stride, so that the output stays as fine.

        Those of :meth:`levels_by`; where there are none, the last encoder block that is a level is repeated, and with
        it the first decoder block that doubles the size. There are none either where a decoder block's stride does not
        divide the stride that it starts from.
        """
        own = self.levels_by(count)
        if own is not None:
            return own
        encoder, decoder = list(self.encoder_stack), list(self.decoder_stack)
        levels = [i for i, block in enumerate(encoder) if block.is_level]
        doubling = [i for i, block in enumerate(decoder) if block.upsampling_stride == 2]
        if not levels or (decoder and not doubling):
            return None
        stem = self.stem_stack or ()
        fit = _strides_fit((*stem, *encoder), decoder)
        encoder[levels[-1] : levels[-1]] = [encoder[levels[-1]]] * count
        for first in doubling[:1]:
            decoder[first:first] = [decoder[first]] * count
        if not (fit and _strides_fit((*stem, *encoder), decoder)):
            return None
        return {"encoder[:]": tuple(encoder), "decoder[:]": tuple(decoder)}

    def levels_by(self, change: int) -> Changes | None:
        """Changes of the family's own fields that add so many levels, or take some away where it is negative."""
        down, up = self._own("down_blocks"), self._own("up_blocks")
        if down is None or up is None:
            return None
        # A network whose output is the encoder's stays one.
        return {"down_blocks": down + change, "up_blocks": max(up + change, 0) if up else 0}

    def decoder_up_to(self, count: int) -> Changes | None:
        """Changes of the family's own fields that leave the first ``count`` blocks of the decoder."""
        return {"up_blocks": count} if self._own("up_blocks") == len(self.decoder_stack) else None

    def stem_as_levels(self) -> Changes | None:
        """Changes that make the levels of the stem levels of the encoder, which give skip connections."""
        stem, down = self._own("stem_blocks"), self._own("down_blocks")
        return {"stem_blocks": 0, "down_blocks": stem + down} if stem and down is not None else None

    def interpolating(self) -> Changes | None:
        """Changes of the family's own fields after which interpolation upsamples in all blocks."""
        return {"up_interpolate": True} if "up_interpolate" in described_fields(self) else None

    def with_kernel_size(self, size: int) -> Changes | None:
        """Changes of the family's own fields after which kernels are ``size`` px high and wide."""
        return {"kernel_size": size} if self._own("kernel_size") is not None else None

    @property
    def width_fields(self) -> tuple[str, ...]:
        """The family's own fields that say how wide its maps are: those in channels; empty where its blocks say it."""
        return tuple(name for name, info in described_fields(self).items() if info.unit == "channels")

    def sleap_dialog_receptive_field(self) -> int | None:
        """The receptive field that SLEAP's training dialog shows for the family, in px; None where it shows none.

        It counts ``down_blocks`` times ``down_convs_per_block``, or else ``convs_per_block``, convolutions of
        ``kernel_size`` and one pooling of 2 x 2: no stem, no bottleneck and no decoder. Without any of these
        attributes, or of no block, it shows none. (SLEAP's ``sleap/gui/learning/receptivefield.py``.)
        """
        down, kernel = _count(self, "down_blocks"), _count(self, "kernel_size")
        convs = _count(self, "down_convs_per_block")
        if convs is None:
            convs = _count(self, "convs_per_block")
        if not down or convs is None or kernel is None:
            return None
        return int(1 + (convs * (kernel - 1) + 1) * (2**down - 1))

    def _own(self, name: str) -> int | None:
        """The value of a field of the family that is a count; None where it has no such field."""
        return _count(self, name) if name in described_fields(self) else None


def _strides_fit(encoder: Iterable[EncoderBlock], decoder: Iterable[DecoderBlock]) -> bool:
    """Tell whether the stride of each decoder block divides the stride that it starts from."""
    stride = math.prod(block.downsampling_stride for block in encoder)
    for block in decoder:
        stride, rest = divmod(stride, block.upsampling_stride)
        if rest:
            return False
    return True


def _count(architecture: Any, name: str) -> int | None:
    """What an architecture has under a name, which may be anything in a class of a user's own; None unless a count."""
    value = getattr(architecture, name, None)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
