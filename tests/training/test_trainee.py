"""The copy that is trained: of every preset, and why some designs cannot learn a task so."""

from typing import Any

import keras
import pytest

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.workers.timing import TimingError
from encdec_widgets.workers.training import TrainingOptions, trainee
from encdec_widgets.workers.training.trainee import COARSEST, LARGEST_PX, positions_of
from tests.training.trained import NEAR


@pytest.mark.parametrize("name", presets())
def test_the_copy_of_a_preset_is_small_and_has_the_maps_of_the_task_or_it_is_refused(name: str) -> None:
    design = preset(name)
    stride = design.architecture.maximum_stride
    copy = trainee(design, "mouse")
    height, width, channels = copy.design.input_shape
    assert height == width == stride * -(-64 // stride) <= 128
    assert channels == design.input_shape[2]
    assert [head.channels for head in copy.design.heads] == [3]
    assert copy.design.architecture == design.architecture
    structure = copy.design.build().structure
    for output in structure.outputs:
        assert output.shape[-1] == 3
        assert positions_of(output.shape, copy.size) == copy.size // copy.design.architecture.output_stride


def test_the_notes_say_what_is_otherwise() -> None:
    unet = UNet(filters=2, down_blocks=1, up_blocks=1)
    assert trainee(unet, "threads").notes == (
        "trained at 64 × 64 px grey",
        "1 map (thread) is added at its output; the backbone's weights alone come back",
    )
    heads = [Head(4, name="a"), Head(2, name="b")]
    several = Design(UNet(filters=2, down_blocks=5, up_blocks=5, stem_blocks=2), (256, 256, 3), heads)
    assert trainee(several, "halo").notes == (
        "trained at 128 × 128 px grey, the next size above 64 px that its strides divide",
        "each of its 3 channels gets the same grey image",
        "its 2 heads are replaced by 2 maps (dark ring, bright ring); the backbone's weights alone come back",
    )
    assert trainee(unet, "halo", TrainingOptions(size=100)).size == 100


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (Design(UNet(down_blocks=4, up_blocks=0)), f"output_stride must be {COARSEST} at most .* 16 × 16 px"),
        (
            Design(UNet(down_blocks=1, up_blocks=2)),
            "output_stride must be 1 at least .* larger than the image",
        ),
        (
            Design(UNet(filters=1, down_blocks=10, up_blocks=10)),
            f"no more than {LARGEST_PX} px.*takes 1024 px",
        ),
    ],
)
def test_a_design_that_cannot_learn_a_task_so_is_refused_with_its_reason(design: Design, said: str) -> None:
    with pytest.raises(FieldError, match=said):
        trainee(design, "mouse")


def test_an_output_that_does_not_lie_evenly_over_the_image_is_refused() -> None:
    for shape in ((None, 60, 60, 3), (None, 64, 32, 3), (None, None, None, 3), (None, 4, 4, 3)):
        with pytest.raises(
            TimingError, match=r"cannot learn a task: its output is .* positions for 64 × 64 px"
        ):
            positions_of(shape, 64)


@pytest.mark.parametrize("thing", [NEAR, NEAR.build(), NEAR.architecture, "SLEAP centroid"])
def test_anything_with_a_design_is_taken(thing: Any) -> None:
    assert trainee(thing, "halo").design.heads[0].channels == 2


def test_what_has_no_design_is_refused_with_what_would_work() -> None:
    x = keras.Input((64, 64, 1))
    for thing in (keras.Model(x, keras.layers.Conv2D(1, 3)(x)), 42):
        with pytest.raises(TypeError, match=r"no design.*(Would work: a Design|give a Design)"):
            trainee(thing, "halo")
    with pytest.raises(ValueError, match="There is no preset named 'SLEAP centroids'"):
        trainee("SLEAP centroids", "halo")
