"""The strides of an architecture's stages, and what they allow: from the blocks, before anything is built."""

import math
from collections.abc import Sequence

from encdec_widgets.architectures.blocks.base import EncoderBlock
from encdec_widgets.architectures.blocks.head import LONE_HEAD, Head
from encdec_widgets.architectures.family_edits import FamilyEdits
from encdec_widgets.architectures.fields.described import FieldError


class StageStrides(FamilyEdits):
    """Strides of stem, encoder and decoder; which stacks can follow each other, and where heads can be attached."""

    __slots__ = ()

    stacks: int

    @property
    def joins_predictions(self) -> bool:
        """Whether ``join_stacks`` adds predictions, so that they must be of the output's size; an extension point."""
        return False

    @property
    def stem_features_stride(self) -> int:
        """Stride of the output of the stem, relative to an input of stride 1."""
        return _pooling_product(self.stem_stack or ())

    @property
    def encoder_features_stride(self) -> int:
        """Stride of the output of the encoder, relative to an input of stride 1."""
        return self.stem_features_stride * _pooling_product(self.encoder_stack)

    @property
    def decoder_features_stride(self) -> int:
        """Stride of the output of the decoder, relative to an input of stride 1.

        It is rounded down: 0 means that the output is larger than the input.
        """
        upsampling = math.prod(block.upsampling_stride for block in self.decoder_stack)
        return self.encoder_features_stride // upsampling

    @property
    def maximum_stride(self) -> int:
        """The stride that height and width of the input must be divisible by."""
        return self.encoder_features_stride

    @property
    def output_stride(self) -> int:
        """Stride of the output of the backbone."""
        return self.decoder_features_stride

    def require_symmetric_stacks(self) -> None:
        """Check that one stack can follow another.

        Raises:
            FieldError: If there are several stacks and the decoder does not end at the stride where the encoder begins.
        """
        if self.stacks > 1 and self.stem_features_stride != self.decoder_features_stride:
            raise FieldError(
                "stacks",
                self.stacks,
                "can be above 1 only with a symmetric encoder and decoder: the decoder ends at stride "
                f"{self.decoder_features_stride}, the encoder begins at stride {self.stem_features_stride}",
                (1,),
                plain=f"{self.stacks} stacks need an output as large as what each stack gets: the decoder ends at "
                f"stride {self.decoder_features_stride}, the encoder begins at {self.stem_features_stride}.",
            )

    @property
    def feature_strides(self) -> tuple[int, ...]:
        """The strides at which a head can be attached: of the output, then of the input of every decoder block."""
        strides = [self.encoder_features_stride]
        for block in self.decoder_stack:
            strides.append(strides[-1] // block.upsampling_stride)
        return strides[-1], *strides[:-1]

    def require_feature_for(self, head: Head, path: str = LONE_HEAD) -> None:
        """Check that there is a feature that ``head`` can be attached to.

        Args:
            head: The head.
            path: How an error names it.

        Raises:
            FieldError: If there is none of the head's stride; it names those there are, the nearest first.
        """
        wanted = head.stride
        if self.joins_predictions and self.stacks > 1:
            if wanted not in (None, self.output_stride):
                raise FieldError(
                    f"{path}.stride",
                    wanted,
                    f"must be None or {self.output_stride} with {self.stacks} stacks: a prediction is added to the "
                    "input of the stack that follows",
                    (self.output_stride,),
                    plain=f"With {self.stacks} stacks a head stands at the output, of stride {self.output_stride}.",
                )
            return
        strides = sorted({stride for stride in self.feature_strides if stride > 0})
        if wanted is not None and wanted not in strides:
            raise FieldError(
                f"{path}.stride",
                wanted,
                f"must be None (the output) or the stride of a feature: {', '.join(map(str, strides))}",
                sorted(strides, key=lambda stride: abs(math.log(stride / wanted)))[:2] or (None,),
                plain=f"There is no feature map of stride {wanted}; there are some of stride "
                f"{', '.join(map(str, strides))}.",
            )


def _pooling_product(blocks: Sequence[EncoderBlock]) -> int:
    return math.prod(block.downsampling_stride for block in blocks)
