"""Generic encoder-decoder fully convolutional backbones.

The encoder extracts features at ever coarser strides by blocks of convolutions and pooling; the decoder upsamples
them again to the stride that is wanted. Simple convolutions with pooling form the `LEAP CNN
<https://www.nature.com/articles/s41592-018-0234-5>`_; skip connections make it a `U-Net
<https://arxiv.org/abs/1505.04597>`_; residual blocks make the `stacked hourglass
<https://arxiv.org/abs/1603.06937>`_; dense blocks make `FC-DenseNet <https://arxiv.org/abs/1611.09326>`_.

This is the module documented as ``sleap.nn.architectures.encoder_decoder``, for Keras 3 and any of its backends: the
same classes, arguments, layer names and networks. Where it differs on purpose, the docstrings say so. Blocks and
architectures are values: compared by content, hashable, and changed by copying (``attrs.evolve``).

A new architecture inherits from :class:`EncoderDecoder` and implements ``encoder_stack`` and ``decoder_stack``; a new
block inherits from :class:`EncoderBlock` or :class:`DecoderBlock` and implements ``make_block``. Tensors are Keras
tensors of shape (batch, height, width, channels); a stride is the size of the network's input over the size of a
feature map.
"""

from collections.abc import Sequence

import attrs

from encdec_widgets.architectures.blocks.base import DecoderBlock, EncoderBlock, Tensor
from encdec_widgets.architectures.blocks.block_call import BlockCall, make_block
from encdec_widgets.architectures.blocks.head import LONE_HEAD, Head, Heads, as_heads, head_path
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.architectures.blocks.simple_upsampling import SimpleUpsamplingBlock
from encdec_widgets.architectures.fields.described import FieldError, integer
from encdec_widgets.architectures.fields.laws import STACKS
from encdec_widgets.architectures.known_classes import is_shipped
from encdec_widgets.architectures.stage_strides import StageStrides

__all__ = [
    "DecoderBlock",
    "EncoderBlock",
    "EncoderDecoder",
    "IntermediateFeature",
    "SimpleConvBlock",
    "SimpleUpsamplingBlock",
]


@attrs.frozen
class IntermediateFeature:
    """A tensor inside a backbone that a skip connection or a head can start from.

    Attributes:
        tensor: The feature map, (batch, height, width, channels).
        stride: Stride of the tensor relative to the input of the network.

    Example:
        >>> import keras
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.encoder_decoder import IntermediateFeature
        >>> unet = UNet(filters=4, down_blocks=3, up_blocks=3)
        >>> output, features = unet.make_backbone(keras.Input((64, 64, 1)))
        >>> [feature.stride for feature in features]
        [8, 4, 2]
        >>> IntermediateFeature(output, stride=unet.output_stride).scale
        1.0
    """

    tensor: Tensor = attrs.field(eq=id)
    stride: int

    @property
    def scale(self) -> float:
        """Size of the tensor relative to the input of the network: 1 / stride."""
        return 1.0 / float(self.stride)


@attrs.frozen
class EncoderDecoder(StageStrides):
    """General encoder-decoder base class.

    New architectures inherit from this class and implement the ``encoder_stack`` and ``decoder_stack`` properties (and
    ``stem_stack``, if they have a stem).

    Attributes:
        stacks: If greater than 1, the encoder and decoder are repeated that many times, each on the output of the last.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.encoder_decoder import EncoderDecoder, SimpleConvBlock, SimpleUpsamplingBlock
        >>> class OneLevel(EncoderDecoder):
        ...     # A docstring is good style.
        ...
        ...     @property
        ...     def encoder_stack(self):
        ...         return [SimpleConvBlock(filters=8)]
        ...
        ...     @property
        ...     def decoder_stack(self):
        ...         return [SimpleUpsamplingBlock(refine_convs_filters=8)]
        >>> OneLevel().maximum_stride
        2
        >>> list(Design(OneLevel(), (32, 32, 1)).build().blocks)
        ['input', 'stack0_enc0', 'stack0_dec0']
    """

    stacks: int = integer(
        1,
        minimum=1,
        maximum=64,
        usual=(1, 8),
        unit="×",
        help="Repeats encoder and decoder; each stack more refines what the one before it found, at as much cost.",
        group="Depth",
        laws=(STACKS,),
    )

    @property
    def has_free_blocks(self) -> bool:
        """Whether its blocks are its own fields ``stem``, ``encoder`` and ``decoder``, each free to be changed."""
        return False

    @property
    def hands_output_on(self) -> bool:
        """Whether ``join_stacks`` hands the output of a stack on, so that the next one sees at least as far."""
        return type(self).join_stacks is EncoderDecoder.join_stacks

    @property
    def own_building(self) -> tuple[str, ...]:
        """Names of the methods by which its class builds networks in a way of its own; empty if it connects blocks."""
        building = ("make_stem", "make_encoder", "make_decoder", "make_backbone")
        return tuple(n for n in building if getattr(type(self), n) is not getattr(EncoderDecoder, n))

    @property
    def strides_decide(self) -> bool:
        """Whether the strides that its blocks declare say which sizes fit.

        Not where a class of a user's own makes, connects or joins maps: it may pad, crop or resize, and building tells.
        """
        wiring = (*self.own_building, "skip_sources", "join_stacks")
        if not all(is_shipped(getattr(type(self), name)) for name in wiring):
            return False
        blocks = (*(self.stem_stack or ()), *self.encoder_stack, *self.decoder_stack)
        return all(block.keeps_declared_stride for block in blocks)

    def make_stem(self, x_in: Tensor, prefix: str = "stem") -> Tensor:
        """Instantiate the stem layers, which are not repeated in stacked models.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the names of the stem's layers.

        Returns:
            The final output tensor of the stem; ``x_in`` itself without a stem.
        """
        x, current_stride = x_in, 1
        for i, block in enumerate(self.stem_stack or ()):
            x = make_block(
                BlockCall(
                    block=block,
                    stage="stem",
                    index=i,
                    prefix=f"{prefix}{i}",
                    x=x,
                    current_stride=current_stride,
                )
            )
            current_stride *= block.downsampling_stride
        return x

    def make_encoder(
        self, x_in: Tensor, current_stride: int, prefix: str = "enc"
    ) -> tuple[Tensor, list[IntermediateFeature]]:
        """Instantiate the encoder layers defined by the encoder stack.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            current_stride: The stride of ``x_in`` relative to the original input.
            prefix: Start of the names of the encoder's layers.

        Returns:
            The final output tensor and the intermediate features: for every stride, the output of the first block that
            reaches it, without the last stride. Decoders can form skip connections with them.
        """
        x = x_in
        features: list[IntermediateFeature] = []
        for i, block in enumerate(self.encoder_stack):
            x = make_block(
                BlockCall(
                    block=block,
                    stage="encoder",
                    index=i,
                    prefix=f"{prefix}{i}",
                    x=x,
                    current_stride=current_stride,
                )
            )
            current_stride *= block.downsampling_stride
            if all(feature.stride != current_stride for feature in features):
                features.append(IntermediateFeature(tensor=x, stride=current_stride))
        return x, features[:-1]

    def make_decoder(
        self,
        x_in: Tensor,
        current_stride: int,
        skip_source_features: Sequence[IntermediateFeature] | None = None,
        prefix: str = "dec",
    ) -> tuple[Tensor, list[IntermediateFeature]]:
        """Instantiate the decoder layers defined by the decoder stack.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            current_stride: The stride of ``x_in`` relative to the original input.
            skip_source_features: Features that can be used to form skip connections. Every block is given the first one
                at the stride of its output; blocks that are not configured to form skip connections ignore it. None
                means that there are none.
            prefix: Start of the names of the decoder's layers.

        Returns:
            The final output tensor and the intermediate features: the input of every block, coarse to fine.

        Warns:
            UserWarning: If a block asks for a skip connection and there is no feature at that stride; it is built
                without.
        """
        sources = tuple(skip_source_features or ())
        x = x_in
        features: list[IntermediateFeature] = []
        for i, block in enumerate(self.decoder_stack):
            features.append(IntermediateFeature(tensor=x, stride=current_stride))
            stride = current_stride // block.upsampling_stride
            source = next((source.tensor for source in sources if source.stride == stride), None)
            if source is not None and current_stride % block.upsampling_stride and block.wants_skip:
                divisors = [size for size in range(1, current_stride + 1) if current_stride % size == 0]
                raise FieldError(
                    f"decoder[{i}].upsampling_stride",
                    block.upsampling_stride,
                    f"must divide the stride of its input, {current_stride}, for a skip connection",
                    sorted(divisors, key=lambda divisor: abs(divisor - block.upsampling_stride))[:4],
                    plain=f"A map of stride {current_stride} can't be made {block.upsampling_stride} times larger "
                    "for a skip connection.",
                )
            x = make_block(
                BlockCall(
                    block=block,
                    stage="decoder",
                    index=i,
                    prefix=f"{prefix}{i}",
                    x=x,
                    current_stride=current_stride,
                    skip_source=source,
                    available_strides=tuple(source.stride for source in sources),
                )
            )
            current_stride = stride
        return x, features

    def skip_sources(
        self,
        stem: IntermediateFeature | None,
        stack_input: IntermediateFeature,
        encoder_features: Sequence[IntermediateFeature],
    ) -> Sequence[IntermediateFeature]:
        """The features that the decoder of one stack may use, the preferred ones first; an extension point.

        As in the original, the output of the stem comes first in every stack; the input of the stack is no source.

        Args:
            stem: Output of the stem; None without a stem.
            stack_input: Input of this stack.
            encoder_features: Intermediate features of this stack's encoder.
        """
        return [*([] if stem is None else [stem]), *encoder_features]

    def join_stacks(
        self,
        stack_input: Tensor,
        output: Tensor,
        prediction: Tensor | tuple[Tensor, ...] | None,
        prefix: str,
    ) -> Tensor:
        """The input of the next stack, from what the last one got and gave; an extension point.

        As in the original, it is the output of the last stack, unchanged.

        Args:
            stack_input: Input of the last stack, (batch, height, width, channels).
            output: Its output; of the same height and width.
            prediction: Output of its head; None without a head, a tuple of the outputs of several.
            prefix: Start of the names of any layers that this makes.
        """
        return output

    def make_backbone(
        self, x_in: Tensor, current_stride: int = 1, head: Heads = None
    ) -> tuple[Tensor | list[Tensor], list[IntermediateFeature] | list[list[IntermediateFeature]]]:
        """Instantiate the entire encoder-decoder backbone.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            current_stride: The stride of ``x_in`` relative to the original input: 1 if it comes from the input layer.
            head: A head to attach to every stack, or several.

        Returns:
            The final output tensor of the decoder (or of the head, if there is one; a list, if there are several) and a
            list of intermediate features: the input of every decoder block. With more than 1 stack, a list of all
            output tensors, by stack, then by head; and a list of such lists of features, one entry per stack.

        Raises:
            FieldError: (a ValueError) If there are several stacks but encoder and decoder are not symmetric, if there
                is no feature of a head's stride, or if two heads have one name.
        """
        self.require_symmetric_stacks()
        heads = as_heads(head)
        x = self.make_stem(x_in)
        stem_stride = current_stride * self.stem_features_stride
        stem = None if self.stem_stack is None else IntermediateFeature(tensor=x, stride=stem_stride)
        outputs: list[Tensor] = []
        features: list[list[IntermediateFeature]] = []
        for i in range(self.stacks):
            stack_input = IntermediateFeature(tensor=x, stride=stem_stride)
            x, encoder_features = self.make_encoder(x, stem_stride, prefix=f"stack{i}_enc")
            x, decoder_features = self.make_decoder(
                x,
                current_stride * self.encoder_features_stride,
                skip_source_features=self.skip_sources(stem, stack_input, encoder_features),
                prefix=f"stack{i}_dec",
            )
            features.append(decoder_features)
            predictions = self._make_heads(heads, x, decoder_features, i)
            outputs.extend(predictions or [x])
            if i + 1 < self.stacks:
                prediction = predictions[0] if len(heads) == 1 else predictions or None
                x = self.join_stacks(stack_input.tensor, x, prediction, prefix=f"stack{i}_join")
        output = outputs[0] if len(outputs) == 1 else outputs
        return output, features[0] if self.stacks == 1 else features

    def _make_heads(
        self, heads: Sequence[Head], output: Tensor, features: Sequence[IntermediateFeature], stack: int
    ) -> tuple[Tensor, ...]:
        """The outputs of the heads of one stack. The layer of a lone head is "stack0_head", whatever its name."""
        tensors = [output, *(feature.tensor for feature in features)]
        predictions = []
        for i, head in enumerate(heads):
            self.require_feature_for(head, head_path(heads, i))
            x = output if head.stride is None else tensors[self.feature_strides.index(head.stride)]
            call = BlockCall(
                block=head,
                stage="head",
                index=i,
                prefix=f"stack{stack}_{head.name if len(heads) > 1 else LONE_HEAD}",
                x=x,
                current_stride=head.stride or self.decoder_features_stride,
            )
            predictions.append(make_block(call))
        return tuple(predictions)
