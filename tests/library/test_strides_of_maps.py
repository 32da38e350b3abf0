"""Strides along height and along width: read from every kind of layer, and told everywhere where the two differ."""

from collections.abc import Callable
from typing import Any

import attrs
import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as kl

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.pooling import PoolingBlock
from encdec_widgets.backbone import Backbone
from encdec_widgets.encoder_decoder import DecoderBlock, EncoderBlock, SimpleConvBlock
from encdec_widgets.explain.changes import changes
from encdec_widgets.explain.summary import levels, summary
from encdec_widgets.explain.table import csv_lines
from encdec_widgets.figures.receptive_boxes import field_boxes
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still
from encdec_widgets.formatting import size_text, stride_text
from encdec_widgets.networks.graph import layer_graph
from encdec_widgets.networks.strides import Strides
from tests.amount import full_or
from tests.library.checked import found

FACTORS = st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from([1, 2, 4]))
DOWN: tuple[Callable[[Any], Any], ...] = (
    kl.MaxPooling2D,
    lambda step: kl.AveragePooling2D((3, 3), strides=step, padding="same"),
    lambda step: kl.Conv2D(2, (1, 3), strides=step, padding="same"),
    # TensorFlow has depthwise convolutions with equal strides only.
)
UP: tuple[Callable[[Any], Any], ...] = (
    lambda step: kl.UpSampling2D(step, interpolation="bilinear"),
    lambda step: kl.Conv2DTranspose(2, (3, 3), strides=step, padding="same"),
)


@settings(max_examples=full_or(200, 25), deadline=None)
@given(
    downs=st.lists(st.tuples(st.sampled_from(DOWN), FACTORS), max_size=3),
    ups=st.lists(st.tuples(st.sampled_from(UP), FACTORS), max_size=2),
    size=st.sampled_from([(1728, 4096), (1728, 1728), (None, None), (27, 64)]),
)
def test_strides_are_the_products_of_the_steps_along_each_axis(
    downs: list[tuple[Any, tuple[int, int]]],
    ups: list[tuple[Any, tuple[int, int]]],
    size: tuple[int | None, int | None],
) -> None:
    x = inputs = keras.Input((*size, 1))
    height, width = 1.0, 1.0
    expected: dict[str, Strides] = {x._keras_history.operation.name: (1, 1)}
    for make, (down, right) in downs:
        layer = make((down, right))
        x, height, width = layer(x), height * down, width * right
        expected[layer.name] = (height, width)
    for make, (down, right) in ups:
        layer = make((down, right))
        x, height, width = layer(x), height / down, width / right
        expected[layer.name] = (height, width)
    graph = layer_graph(keras.Model(inputs, x), ())
    for name, strides in expected.items():
        assert graph.nodes[name]["strides"] == pytest.approx(strides)
        one = graph.nodes[name]["stride"]
        assert one == (pytest.approx(strides[0]) if strides[0] == strides[1] else None)


def test_strides_of_a_map_that_is_turned_or_resized_are_those_of_its_sizes() -> None:
    inputs = keras.Input((32, 64, 1))
    turned = kl.Permute((2, 1, 3), name="turned")(inputs)
    outputs = [turned, kl.Resizing(8, 8, name="resized")(inputs), kl.GlobalMaxPooling2D(name="one")(inputs)]
    nodes = layer_graph(keras.Model(inputs, outputs), ()).nodes
    assert nodes["turned"]["strides"] == (0.5, 2)
    assert nodes["resized"]["strides"] == (4, 8)
    assert nodes["one"]["strides"] is nodes["one"]["stride"] is None


@attrs.frozen
class Narrower(EncoderBlock):
    """Pools along the width alone."""

    pool: bool = False

    def make_block(self, x: Any, prefix: str = "x") -> Any:
        x = kl.MaxPooling2D((1, 2), name=f"{prefix}_pool")(x)
        return kl.Conv2D(8, (1, 3), padding="same", name=f"{prefix}_conv")(x)


@attrs.frozen
class Wider(DecoderBlock):
    """Upsamples along the width alone."""

    upsampling_stride: int = 1

    def make_block(
        self, x: Any, current_stride: int | None = None, skip_source: Any = None, prefix: str = "x"
    ) -> Any:
        x = kl.UpSampling2D((1, 2), name=f"{prefix}_up")(x)
        return kl.Conv2D(4, 3, padding="same", name=f"{prefix}_out")(x)


def _design(narrower: int = 2, wider: int = 1, shape: Any = (32, 64, 1)) -> Design:
    first = SimpleConvBlock(pool=False, filters=4, num_convs=1)
    encoder = (first, *(Narrower() for _ in range(narrower)))
    return Design(CustomEncoderDecoder(encoder=encoder, decoder=tuple(Wider() for _ in range(wider))), shape)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return _design().build()


def test_rows_of_the_picture_are_by_both_strides_and_so_are_their_labels(backbone: Backbone) -> None:
    rows = {name: data["row"] for name, data in backbone.blocks.nodes(data=True)}
    assert [rows[f"stack0_{name}"] for name in ("enc0", "enc1", "enc2", "dec0")] == [0, 1, 2, 1]
    picture = scene(backbone.blocks)
    words = [text.text for text in picture.texts]
    assert {"1 × 1/2", "32 × 32", "1 × 1/4"} <= set(words)
    assert "1 × 1/4" in still(picture)
    assert "stride 1 × 4, 32 × 16 px" in picture.boxes["stack0_enc2"].hover


def test_of_an_input_of_any_size_each_side_has_its_own_share() -> None:
    texts = scene(_design(shape=(None, None, 1)).build().blocks).texts
    labels = [text.text for text in texts if text.anchor == "end" and "H" in text.text]
    assert labels == ["H × W", "H × W/2", "H × W/4"]


def test_tables_have_both_strides_as_a_text(backbone: Backbone) -> None:
    for kind in ("blocks", "layers"):
        rows = backbone.table(kind)  # type: ignore[arg-type]
        strides = [row["stride"] for row in rows if row["stage"] == "encoder"]
        assert list(dict.fromkeys(strides)) == [1, "1 × 2", "1 × 4"]
        assert any("1 × 2" in line for line in csv_lines(rows))


def test_checks_words_and_boxes_tell_both(backbone: Backbone) -> None:
    check = found(backbone.design, "stride not as declared")
    assert check is not None
    assert check.reason.startswith("enc1 declares stride 1 and really has 1 × 2:")
    assert "output stride 1 × 2" in summary("It", backbone.blocks)
    assert levels(backbone.blocks) == 2
    change = changes(_design(wider=2).build().blocks, backbone.blocks)
    assert "output stride 1 to 1 × 2" in change.text
    boxes = field_boxes(backbone.receptive_field(), backbone.blocks)
    assert [box.label for box in boxes if box.label.startswith("stride")] == [
        "stride 1 × 4",
        "stride 1 × 2",
        "stride 1",
    ]


def test_an_output_that_is_larger_along_one_side_is_larger() -> None:
    check = found(_design(narrower=1, wider=2), "output larger than the input")
    assert check is not None
    assert "It is 1 times as high and 2 times as wide (32 × 128 px)" in check.reason
    assert found(_design(narrower=1, wider=1), "output larger than the input") is None


def test_a_bottleneck_that_is_small_along_one_side_tells_its_strides() -> None:
    check = found(_design(narrower=5, wider=5), "bottleneck below 4 px")
    assert check is not None
    assert check.reason.startswith("At stride 1 × 32 the map is 32 × 2 px")


def test_a_transposed_convolution_is_uneven_along_the_side_whose_stride_does_not_divide_its_kernel() -> None:
    @attrs.frozen
    class Uneven(DecoderBlock):
        def make_block(
            self, x: Any, current_stride: int | None = None, skip_source: Any = None, prefix: str = "x"
        ) -> Any:
            return kl.Conv2DTranspose(2, (4, 3), strides=(4, 2), padding="same", name=f"{prefix}_up")(x)

    network = CustomEncoderDecoder(encoder=(PoolingBlock(pool=True),), decoder=(Uneven(),))
    check = found(Design(network, (32, 32, 1)), "checkerboard")
    assert check is not None
    assert "a kernel of 4 × 3 px, which its stride, 2, does not divide" in check.reason


def test_strides_as_text() -> None:
    assert stride_text((0.5, 4)) == "1/2 × 4"
    assert size_text((None, 64, 8), (2, 4)) == "H/2 × 64"
