"""What every block makes of an image: against Keras's own model of the same layers, and what can go wrong."""

import gc
import re
import tempfile
from pathlib import Path
from typing import Any

import attrs
import keras
import numpy as np
import psutil
import pytest

from encdec_widgets import Design, feature_maps, train
from encdec_widgets.architectures import StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone
from encdec_widgets.networks.graph import owners_of
from encdec_widgets.workers.block_maps import unpacked
from encdec_widgets.workers.feature_maps import FeatureMaps, FeatureMapsPass, PassTooLongError
from encdec_widgets.workers.inside import feature_maps as inside
from encdec_widgets.workers.inside.feature_maps import block_reply, head_reply
from encdec_widgets.workers.timing import TimingError, TimingStopped, Worker, network_of
from tests.library.timed import Told, alive, eventually

pytestmark = pytest.mark.backend

DESIGN = Design(UNet(filters=12, down_blocks=2, up_blocks=2), (64, 48, 1), Head(3))
IMAGE = np.random.default_rng(0).random((64, 48)).astype(np.float32)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    built = DESIGN.build()
    built.fill()
    return built


@pytest.fixture(scope="module")
def maps(backbone: Backbone, worker: Worker) -> FeatureMaps:
    return feature_maps(backbone, IMAGE, worker=worker)


def outputs_of(backbone: Backbone) -> dict[str, Any]:
    """What Keras's own model of the blocks' outputs gives, (height, width, channels) by block."""
    names = [built.call.prefix for built in backbone.built_blocks]
    model = keras.Model(backbone.model.inputs[0], [built.output for built in backbone.built_blocks])
    made = model(IMAGE[None, ..., None], training=False)
    return {name: keras.ops.convert_to_numpy(one)[0] for name, one in zip(names, made, strict=True)}


# What it says


def test_every_block_has_the_maps_of_kerass_own_model(backbone: Backbone, maps: FeatureMaps) -> None:
    made = outputs_of(backbone)
    assert [block.name for block in maps.blocks] == list(made)
    for block in maps.blocks:
        values = made[block.name]
        assert (*block.size, block.channels) == values.shape
        variances = values.astype(np.float64).var(axis=(0, 1))
        order = [one.number for one in block.liveliest]
        assert len(order) == min(8, np.count_nonzero(variances >= 1e-10))
        assert np.allclose(variances[order], np.sort(variances)[::-1][: len(order)], rtol=1e-3)
        for one, tile in zip(block.liveliest, block.tiles, strict=True):
            channel = values[..., one.number]
            ends = (*np.percentile(channel, (1, 99)), channel.min(), channel.max())
            assert np.allclose((one.low, one.high, one.least, one.most), ends, rtol=1e-3, atol=1e-5)
            if max(block.size) <= 48:
                grey = 255 * np.clip((channel - one.low) / (one.high - one.low), 0, 1)
                assert np.abs(tile - grey).max() <= 1


def test_it_says_what_the_picture_says_of_size_stride_and_name(backbone: Backbone, maps: FeatureMaps) -> None:
    for block in maps.blocks:
        data = backbone.blocks.nodes[block.name]
        assert (block.label, block.stride, block.size) == (data["label"], data["stride"], data["shape"][:2])
    assert maps["enc1"] is maps["stack0_enc1"]
    with pytest.raises(KeyError, match=r"There is no block 'enc9'. There are: enc0, enc1"):
        maps["enc9"]
    assert maps.weights == "the network's own weights"
    assert maps.backend == keras.config.backend()
    assert maps.size == (64, 48)
    assert repr(maps).startswith("<FeatureMaps of 8 blocks, image of 64 × 48 px, the network's own weights, ")


def test_a_drawn_map_is_an_average_over_areas(maps: FeatureMaps, backbone: Backbone) -> None:
    block = maps["enc0"]
    assert block.size == (64, 48)
    assert block.tiles.shape[1:] == (48, 36)
    one, tile = block.liveliest[0], block.tiles[0]
    values = outputs_of(backbone)["stack0_enc0"][..., one.number]
    grey = 255 * np.clip((values - one.low) / (one.high - one.low), 0, 1)
    # Four rows become three: an exact average needs no more than sums of blocks of 4 x 4.
    assert np.allclose(
        tile.reshape(16, 3, 12, 3).mean(axis=(1, 3)), grey.reshape(16, 4, 12, 4).mean(axis=(1, 3)), atol=0.6
    )


def test_peaks_are_the_largest_values_of_each_channel_of_the_head(
    backbone: Backbone, maps: FeatureMaps
) -> None:
    (head,) = maps.heads
    values = outputs_of(backbone)[head.name]
    assert (head.label, [peak.channel for peak in head.peaks]) == ("head", [0, 1, 2])
    for peak in head.peaks:
        row, column = np.unravel_index(values[..., peak.channel].argmax(), values.shape[:2])
        assert peak.position == (row, column)  # the head stands at stride 1
        assert peak.value == pytest.approx(values[..., peak.channel].max(), rel=1e-4)


def test_a_peak_of_a_coarse_head_lies_in_the_middle_of_its_place() -> None:
    values = np.zeros((4, 4, 2))
    values[1, 2, 0] = 5
    told = head_reply(values, (32, 64))
    assert told["peaks"] == [{"channel": 0, "position": [11.5, 39.5], "value": 5.0}]  # channel 1 is dead
    assert unpacked(told["heat"]).max() == 255


def test_dead_channels_and_those_that_are_no_numbers_are_named() -> None:
    values = np.random.default_rng(0).random((8, 8, 12))
    values[..., [2, 5]] = 3.0
    values[..., 7] += 1e-7 * values[..., 7]
    values[0, 0, 9] = np.nan
    values[0, 0, 10] = np.inf
    told = block_reply(values)
    assert told["dead"] == [2, 5]
    assert told["not_finite"] == [9, 10]
    assert not {one["number"] for one in told["liveliest"]} & {2, 5, 9, 10}
    assert len(told["liveliest"]) == 8


def test_a_block_without_a_living_channel_has_nothing_to_draw() -> None:
    told = block_reply(np.full((4, 4, 3), 2.0))
    assert (told["dead"], told["liveliest"], unpacked(told["tiles"]).shape) == ([0, 1, 2], [], (0, 4, 4))


def test_a_channel_that_is_nothing_but_a_peak_is_drawn_to_its_peak() -> None:
    values = np.zeros((20, 20, 1))
    values[3, 4, 0] = 2.0
    told = block_reply(values)
    assert told["liveliest"] == [{"number": 0, "low": 0.0, "high": 2.0, "least": 0.0, "most": 2.0}]
    assert np.argwhere(unpacked(told["tiles"])[0] == 255).tolist() == [[3, 4]]


def test_channels_that_the_weights_kill_are_dead(worker: Worker) -> None:
    built = DESIGN.build()
    last = [name for name in built.blocks.nodes["stack0_enc1"]["layers"] if "conv" in name][-1]
    layer = built.model.get_layer(last)
    bias = np.zeros(layer.bias.shape)
    bias[[1, 4]] = -1e6
    layer.bias.assign(bias)
    assert set(feature_maps(built, IMAGE, worker=worker)["enc1"].dead) >= {1, 4}


# Weights


def ranges(maps: FeatureMaps) -> list[Any]:
    return [one for block in maps.blocks for one in block.liveliest]


def test_random_weights_follow_their_seed_and_nothing_is_filled(worker: Worker) -> None:
    built = DESIGN.build()
    first = feature_maps(built, IMAGE, worker=worker)
    assert first.weights == "random weights"
    assert not built.filled
    assert ranges(feature_maps(DESIGN, IMAGE, weights="random", worker=worker)) == ranges(first)
    assert ranges(feature_maps(DESIGN, IMAGE, seed=1, worker=worker)) != ranges(first)


def test_weights_of_another_network_are_taken_where_they_fit(
    backbone: Backbone, maps: FeatureMaps, worker: Worker
) -> None:
    given = feature_maps(DESIGN, IMAGE, weights=backbone, worker=worker)
    assert given.weights == "another network's weights"
    assert ranges(given) == ranges(maps)
    with pytest.raises(TimingError, match="weights of another network"):
        feature_maps(DESIGN.replace("filters", 6), IMAGE, weights=backbone, worker=worker)


@pytest.mark.tensorflow
def test_weights_of_a_training_are_named_and_its_heads_said_to_be_untrained(worker: Worker) -> None:
    design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (64, 64, 1), Head(channels=2))
    trained = train(design, "threads", steps=1, worker=worker)
    for maps in (
        feature_maps(trained, worker=worker),
        feature_maps(design, weights=trained, worker=worker),
    ):
        assert maps.weights == "trained weights"
        assert "its heads are not trained: training had the maps of its task in their place" in maps.notices


def test_what_is_no_weights_is_refused_with_what_would_work(worker: Worker) -> None:
    with pytest.raises(
        FieldError, match=r"weights must be 'own', 'random', or a Backbone.*Received: weights='he'"
    ):
        feature_maps(DESIGN, IMAGE, weights="he", worker=worker)
    with pytest.raises(TypeError, match="no network with blocks in int"):
        feature_maps(3)


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, in which nothing is to be left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_no_file_with_weights_is_left(backbone: Backbone, worker: Worker, left: Path) -> None:
    feature_maps(backbone, IMAGE, worker=worker)
    with pytest.raises(FieldError):
        feature_maps(backbone, np.zeros((3, 3, 7)), worker=worker)
    job = FeatureMapsPass.of(backbone, IMAGE)  # and nobody does it
    assert list(left.iterdir())
    del job
    gc.collect()
    assert not list(left.iterdir())


# Other networks


def test_of_several_stacks_the_last_ones_heads_predict(worker: Worker) -> None:
    design = Design(
        StackedHourglass(filters=8, stacks=2),
        (64, 64, 1),
        [Head(2, name="maps"), Head(3, stride=4, name="fields")],
    )
    built = design.build()
    maps = feature_maps(built, np.zeros((64, 64)), worker=worker)
    assert [(head.name, len(built.blocks.nodes[head.name]["layers"])) for head in maps.heads] == [
        ("stack1_maps", 1),
        ("stack1_fields", 1),
    ]
    owners = {built_block.call.prefix for built_block in owners_of(built.built_blocks).values()}
    assert {block.name for block in maps.blocks} == owners


def test_a_sample_is_looked_at_where_no_image_is_given(worker: Worker) -> None:
    maps = feature_maps(DESIGN, worker=worker)
    assert maps.picture.shape == (64, 48)
    assert maps.picture.std() > 10


def test_a_colour_network_takes_a_grey_image(worker: Worker) -> None:
    maps = feature_maps(DESIGN.replace("input_shape", (32, 32, 3)), np.ones((10, 20), bool), worker=worker)
    assert maps.size == (32, 32)


def test_a_size_that_is_open_is_refused(worker: Worker) -> None:
    with pytest.raises(FieldError, match="input_shape must be fixed"):
        feature_maps(DESIGN.replace("input_shape", (None, None, 1)), IMAGE, worker=worker)


# What may go wrong


def test_a_pass_that_would_take_too_long_is_refused_with_its_predicted_time(worker: Worker) -> None:
    with pytest.raises(PassTooLongError) as caught:
        feature_maps(DESIGN, IMAGE, at_most_s=1e-6, worker=worker)
    assert caught.value.predicted_s > 1e-6
    assert re.fullmatch(
        r"one pass of this network is predicted to take [\d.e-]+ s \(an estimate\), more than 1e-06 s; allow more, or "
        r"try .*",
        str(caught.value),
    )


def test_a_smaller_input_is_suggested_that_the_network_can_divide(worker: Worker) -> None:
    job = attrs.evolve(FeatureMapsPass.of(DESIGN.build(), IMAGE), at_most_s=1e-6)
    assert job._smaller(0.5) == (32, 24)
    assert job._smaller(0.3) == (16, 12)
    assert job._smaller(0.01) is None


def test_maps_that_no_memory_holds_are_refused_with_the_figure(worker: Worker) -> None:
    huge = Design(UNet(filters=2048, down_blocks=1, up_blocks=1), (16384, 16384, 1))
    job = FeatureMapsPass.of(DESIGN.build(), IMAGE, at_most_s=None)
    with pytest.raises(TimingError, match=r"about [\d.]+ TB .*an estimate"):
        worker.do(attrs.evolve(job, network=network_of(huge)))
    assert all(map(alive, worker.pids))


def test_the_maps_of_all_blocks_together_need_room_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "memory_limit", lambda: 10**5)
    model = DESIGN.build().structure
    blocks = {layer.name: layer.name for layer in model.layers if "conv" in layer.name}
    with pytest.raises(
        TimingError, match=r"all blocks together would take about [\d.]+ MB .* there are 100 kB"
    ):
        inside.look(model, np.zeros((64, 48, 1), np.float32), blocks, ())


def test_it_goes_on_in_steps_that_are_told(worker: Worker, backbone: Backbone) -> None:
    told = Told()
    worker.do(FeatureMapsPass.of(backbone, IMAGE), told.on_progress)
    shares = [progress.share for progress in told.progress]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_a_process_that_is_killed_is_told_in_a_line_and_another_can_be_stopped(
    worker: Worker, backbone: Backbone, left: Path
) -> None:
    feature_maps(backbone, IMAGE, worker=worker)
    told, (pid,) = Told(), worker.pids

    def kill(progress: Any) -> None:
        if progress.doing.startswith("building"):
            psutil.Process(pid).kill()

    worker.submit(FeatureMapsPass.of(backbone, IMAGE), on_done=told, on_progress=kill)
    assert "process was killed from outside" in str(told.wait())
    begun = Told()
    worker.submit(FeatureMapsPass.of(backbone, IMAGE), on_done=begun)
    with pytest.raises(TimingError, match="under way"):
        feature_maps(backbone, IMAGE, worker=worker)
    worker.stop()
    assert isinstance(begun.wait(), TimingStopped)
    assert worker.pids == ()
    del told, begun

    def gone() -> bool:
        gc.collect()  # errors hold what they passed through
        return not [path for path in left.iterdir() if path.name.startswith("encdec")]

    assert eventually(gone)
