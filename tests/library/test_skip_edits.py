"""Single skip connections, taken out and in again."""

import attrs
import networkx as nx
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import (
    FCDenseNet,
    Hourglass,
    LeapCNN,
    StackedHourglass,
    UNet,
)
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.designs.skip_edits import skip_switches, switch_skip

SHAPE = (64, 64, 1)
SWITCHED = {
    "U-Net": UNet(filters=2, down_blocks=3, up_blocks=2),
    "U-Net of two stacks": UNet(filters=2, down_blocks=2, up_blocks=2, stacks=2),
    "without skips at first": LeapCNN(filters=2, down_blocks=2, up_blocks=2),
    "added": StackedHourglass(stacks=2, filters=4, down_blocks=2, up_blocks=2),
    "dense": FCDenseNet(
        growth_rate=2, first_filters=2, down_layers=(1, 1), bottleneck_layers=1, up_layers=(1, 1)
    ),
}


def skips(blocks: "nx.DiGraph[str]") -> set[tuple[str, str]]:
    return {(source, target) for source, target, edge in blocks.edges(data=True) if edge["skip"]}


@pytest.mark.parametrize("network", SWITCHED.values(), ids=SWITCHED)
def test_a_skip_is_taken_out_or_in_alone_and_back_again(network: EncoderDecoder) -> None:
    design = Design(network, SHAPE)
    blocks = design.build().blocks
    switches = skip_switches(design, blocks)
    assert switches
    for name, made in switches.items():
        assert made == any(target == name for _, target in skips(blocks))
        changes = switch_skip(design, blocks, name)
        assert changes is not None
        after = design.replace_all(changes)
        switched = after.build().blocks
        # The same block in every stack, and no other block.
        index = blocks.nodes[name]["index"]
        targets = {target for _, target in skips(blocks) ^ skips(switched)}
        assert targets == {other for other in switches if blocks.nodes[other]["index"] == index}
        assert skip_switches(after, switched)[name] is not made
        back = switch_skip(after, switched, name)
        assert back is not None
        assert skips(after.replace_all(back).build().blocks) == skips(blocks)


@pytest.mark.parametrize(
    "network",
    [
        Hourglass(stem_filters=2, filters=2, filter_increase=2, down_blocks=2, up_blocks=2, stacks=1),
        UNet(filters=2, down_blocks=2, up_blocks=0),
    ],
    ids=["blocks that cannot do without", "no decoder"],
)
def test_where_there_is_no_choice_nothing_is_offered(network: EncoderDecoder) -> None:
    design = Design(network, SHAPE)
    blocks = design.build().blocks
    assert skip_switches(design, blocks) == {}
    assert all(switch_skip(design, blocks, name) is None for name in blocks)


@attrs.frozen
class WiredByHand(UNet):
    """A user's class whose code connects the blocks."""

    def make_decoder(self, x_in, current_stride, skip_source_features=None, prefix="dec"):  # type: ignore[no-untyped-def]
        return super().make_decoder(x_in, current_stride, skip_source_features, prefix)


def test_an_architecture_that_connects_its_blocks_itself_offers_nothing() -> None:
    design = Design(WiredByHand(filters=2, down_blocks=2, up_blocks=2), SHAPE)
    assert skip_switches(design, design.build().blocks) == {}


def test_a_skip_for_which_there_is_no_feature_is_not_offered() -> None:
    """The output of the encoder itself, and a stride that no encoder block has, are no features."""
    design = Design(UNet(filters=2, stem_blocks=1, down_blocks=1, up_blocks=2), SHAPE)
    blocks = design.build().blocks
    offered = skip_switches(design, blocks)
    assert set(offered) == {
        name for name, data in blocks.nodes(data=True) if data["stage"] == "decoder" and data["has_source"]
    }
