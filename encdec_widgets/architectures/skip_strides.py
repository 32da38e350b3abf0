"""The strides at which a decoder finds features for skip connections, known before anything is built."""

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder, IntermediateFeature


def skip_source_strides(network: EncoderDecoder) -> tuple[int, ...]:
    """Strides of the features that the decoder of one stack may use, the preferred ones first (exact).

    Where an architecture chooses them by a ``skip_sources`` of its own, that is asked, with features that have no
    tensors.

    >>> from encdec_widgets.architectures import UNet
    >>> skip_source_strides(UNet(down_blocks=2, up_blocks=2))
    (1, 2)
    """
    stride = network.stem_features_stride
    stack_input = IntermediateFeature(tensor=None, stride=stride)
    stem = None if network.stem_stack is None else stack_input
    features: dict[int, IntermediateFeature] = {}
    for block in network.encoder_stack:
        stride *= block.downsampling_stride
        features.setdefault(stride, IntermediateFeature(tensor=None, stride=stride))
    sources = network.skip_sources(stem, stack_input, list(features.values())[:-1])
    return tuple(source.stride for source in sources)
