"""Networks with any heads, for property tests."""

from typing import Any

from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock

NETWORKS = (
    UNet(filters=2, convs_per_block=1, down_blocks=2, up_blocks=2),
    UNet(filters=2, convs_per_block=1, down_blocks=2, up_blocks=2, stacks=2),
    UNet(filters=2, convs_per_block=1, down_blocks=3, up_blocks=2, stem_blocks=1),
    LeapCNN(filters=2, down_blocks=2, up_blocks=1),
    StackedHourglass(filters=4, stem_filters=2, down_blocks=1, up_blocks=1, stacks=2),
    CustomEncoderDecoder(
        encoder=[SimpleConvBlock(filters=2, num_convs=1), SimpleConvBlock(filters=3, num_convs=1)],
        decoder=[SimpleUpsamplingBlock(upsampling_stride=4, skip_connection=False, refine_convs=1)],
    ),
)


def names() -> st.SearchStrategy[list[str]]:
    """One to three names of heads, no two alike."""
    one = st.sampled_from(["head", "maps", "pafs", "a_1", "_", "0", "enc", "stem0", "HEAD"])
    return st.lists(one, min_size=1, max_size=3, unique=True)


def heads(architecture: Any) -> st.SearchStrategy[tuple[Head, ...]]:
    """One to three heads that can be attached to an architecture."""
    strides = [None, *(s for s in architecture.feature_strides if s > 0)]
    if architecture.joins_predictions and architecture.stacks > 1:
        strides = [None, architecture.output_stride]

    def with_names(given: list[str]) -> st.SearchStrategy[tuple[Head, ...]]:
        return st.tuples(
            *(
                st.builds(
                    Head,
                    channels=st.integers(1, 4),
                    activation=st.sampled_from(["linear", "softmax"]),
                    stride=st.sampled_from(strides),
                    name=st.just(name),
                )
                for name in given
            )
        )

    return names().flatmap(with_names)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """A small network with one to three heads."""
    architecture = draw(st.sampled_from(NETWORKS))
    return Design(architecture, (16, 32, 1), heads=draw(heads(architecture)))
