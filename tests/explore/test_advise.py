"""The advisor, held against brute force over its space of designs; networks of the grid are built once."""

import itertools
import json
import math
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, advise
from encdec_widgets.architectures import UNet
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import to_the_end
from encdec_widgets.explore import advise as module
from encdec_widgets.explore.advise import advise_in_steps, wider_is_slower
from encdec_widgets.explore.advising.advice import AIMS
from encdec_widgets.explore.advising.looked import forget, look
from encdec_widgets.explore.advising.search import Search, Step
from encdec_widgets.explore.requirements import Requirements
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.timing.calibrating import Calibrated
from encdec_widgets.workers.timing.calibration import predict_ms
from tests.explore.small_space import GRID, SPEED, WANTED, advised, every, wishes
from tests.explore.small_space import small_space as small_space
from tests.library.calibrated import CALIBRATION

# Against brute force


@settings(max_examples=30)
@given(st.fixed_dictionaries(WANTED))
def test_what_is_advised_is_no_worse_than_anything_in_the_grid(values: dict[str, Any]) -> None:
    assume(values["animal_px"] <= max(values["image_px"]))
    wanted = Requirements(**values)
    speed = SPEED if wanted.device else None
    search = Search(wanted=wanted, families=["U-Net"], calibration=speed and speed.calibration)
    found = to_the_end(search.best())  # type: ignore[arg-type]
    meeting = [one for one in every(search) if not one.missed]
    assert bool(found) == bool(meeting)
    if not meeting:
        return
    for aim in AIMS:
        best = min(module._order(aim, one)[0] for one in found)
        assert best == min(module._order(aim, one)[0] for one in meeting)


@settings(max_examples=20)
@given(
    st.fixed_dictionaries(WANTED),
    st.sets(st.sampled_from(["animal", "memory", "speed", "fineness"]), min_size=1),
)
def test_what_has_to_give_way_is_the_least_that_there_is(values: dict[str, Any], giving: set[Any]) -> None:
    assume(values["animal_px"] <= max(values["image_px"]))
    wanted = Requirements(**values)
    giving &= set(wanted.wishes)
    assume(giving)
    search = Search(wanted=wanted, families=["U-Net"], calibration=CALIBRATION if wanted.device else None)
    others = set(wanted.wishes) - giving
    needs = [
        max(one.needs(wish) for wish in giving)
        for one in every(search)
        if all(one.meets(wish) for wish in others)
    ]
    nearest = to_the_end(search.nearest(tuple(giving)))  # type: ignore[arg-type]
    assert [max(one.needs(wish) for wish in giving) for one in nearest] == ([min(needs)] if needs else [])


@settings(max_examples=15)
@given(
    st.sampled_from(GRID),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.integers(1, 9),
    st.sampled_from(["training", "forward"]),
    st.integers(1, 3),
)
def test_figures_of_any_size_are_those_of_the_network_that_is_built(
    shape: Any, positions: tuple[int, int], batch_size: int, work: Any, channels: int
) -> None:
    stride = shape.slender.maximum_stride
    size = (stride * positions[0], stride * positions[1])
    backbone = built(Design(shape.slender, (*size, channels)))
    cost = backbone.cost(batch_size=batch_size)
    looked = look(shape.slender, channels)
    assert looked.parameters == cost.parameters
    assert looked.multiply_adds(size) == cost.multiply_adds
    memory = cost.training_bytes if work == "training" else cost.inference_bytes
    assert looked.bytes(size, batch_size=batch_size, work=work) == memory
    predicted = predicted_of(backbone, batch_size, work == "training")
    assert looked.predicted_ms(size, CALIBRATION, batch_size=batch_size, work=work) == pytest.approx(
        predicted
    )


def built(design: Design) -> Backbone:
    return to_the_end(build_in_steps(design))


def predicted_of(backbone: Backbone, batch_size: int, training: bool) -> float | None:
    return predict_ms(backbone.layers, CALIBRATION, batch_size=batch_size, training=training)


# What is said


def test_a_device_on_which_wider_layers_are_faster_is_noticed() -> None:
    assert wider_is_slower(CALIBRATION)
    odd = attrs.evolve(CALIBRATION, convolution_rates=((4, 1e9), (16, 1e11)))
    assert not wider_is_slower(odd)
    strange = Calibrated(device="CPU", backend="tensorflow", calibration=odd)
    assert any(
        "a wider network may be faster" in text for text in advised(wishes(device="CPU"), strange).sure
    )


def test_figures_are_those_of_the_design_as_it_is_built() -> None:
    advice = advised(wishes(memory="8 GB", batch_size=4))
    for one in advice.advised:
        backbone = built(one.design)
        cost = backbone.cost(batch_size=4)
        assert one.figures["parameters"] == cost.parameters
        assert one.figures["training_bytes"] == cost.training_bytes
        assert one.needs["memory"] == cost.training_bytes / 8e9
        assert one.figures["receptive_field"] >= 100 * one.input_scale
        assert one.fineness.limit_px <= 100 / 40
        assert one.binds == max(one.needs, key=one.needs.__getitem__)
        assert one.largest_batch is not None
        assert one.largest_batch >= 4
        assert backbone.cost(batch_size=one.largest_batch).training_bytes <= 8e9
        assert backbone.cost(batch_size=one.largest_batch + 1).training_bytes > 8e9


def test_memory_in_mixed_precision_and_colour_is_that_of_such_a_network() -> None:
    wanted = wishes(memory="8 GB", precision="mixed_float16", channels=3, work="forward")
    for one in advised(wanted).advised:
        cost = built(one.design).cost(precision="mixed_float16")
        assert one.design.input_shape[2] == 3
        assert one.needs["memory"] == (cost.inference_bytes or 0) / 8e9


def test_what_a_design_could_have_more_of_says_which_wish_it_would_miss() -> None:
    advice = advised(wishes(memory="300 MB", batch_size=4))
    more = [one for design in advice.advised for one in design.more]
    assert {one.what for one in more} == {"wider", "finer output", "sees further"}
    for design in advice.advised:
        for one in design.more:
            cost = built(one.design).cost(batch_size=4)
            assert ("memory" in one.missed) == (cost.training_bytes > 300e6)
            assert ("would still meet all wishes" in one.text) or one.missed
    assert any("memory would have to be" in one.text for one in more)


def test_a_wish_for_speed_is_untested_where_no_device_of_this_machine_is_named() -> None:
    advice = advised(wishes(memory="T4", images_per_second=1e6))
    assert advice.advised
    assert advice.untested.startswith("The wish for 1,000,000 images a second in training is untested")
    assert all(one.predicted_ms is None and "speed" not in one.needs for one in advice.advised)
    assert "multiply-adds" in advice["fastest"].reasons[0]
    assert advice["fastest"].title == "Fewest multiply-adds"
    for one in advice.advised:
        assert not any("all wishes" in text and "but the speed" not in text for text in one.reasons)
        assert not any("all wishes" in more.text and "but the speed" not in more.text for more in one.more)
    assert str(advice).startswith(advice.untested)
    assert "Designs that meet all wishes but the speed" in advice._repr_html_()


def test_a_predicted_speed_binds_and_is_called_a_prediction() -> None:
    advice = advised(wishes(images_per_second=1, device="CPU", work="forward"), SPEED)
    assert not advice.untested
    assert "predicted" in advice["fastest"].reasons[0]
    assert advice["fastest"].title == "Fastest, as predicted"
    assert not any("may be missed" in text for text in advice["fastest"].reasons), (
        "it is far faster than wished"
    )
    close = 0.4 / advice["fastest"].needs["speed"]
    near = advised(wishes(images_per_second=close, device="CPU", work="forward"), SPEED)["fastest"]
    assert 1 / 3 < near.needs["speed"] <= 1
    assert any("factor of 2 or 3, so this wish may be missed" in text for text in near.reasons)
    assert any("Times are predicted for CPU" in text for text in advice.sure)
    fastest = advice["fastest"]
    assert fastest.predicted_ms == min(one.predicted_ms or math.inf for one in advice.advised)
    assert fastest.needs["speed"] == pytest.approx(fastest.predicted_ms / 1000)
    impossible = advised(wishes(images_per_second=1e6, device="CPU"), SPEED)
    assert [one.wishes for one in impossible.give_way] == [("speed",)]
    assert "images a second are predicted instead of 1,000,000" in impossible.give_way[0].text


def test_where_nothing_meets_all_each_wish_that_would_do_says_what_it_costs() -> None:
    advice = advised(wishes(memory="40 MB", batch_size=4, within_px=1))
    assert not advice.advised
    by = {one.wishes: one for one in advice.give_way}
    assert ("memory",) in by
    for giving, one in by.items():
        assert all(value > 1 for value in one.needs.values())
        assert tuple(one.needs) == giving
    assert "the memory would have to be" in by["memory",].text
    needed = built(by["memory",].design).cost(batch_size=4).training_bytes
    assert by["memory",].needs["memory"] == needed / 40e6
    assert advised(wishes(memory=needed, batch_size=4, within_px=1)).advised  # With so much there is one.
    with pytest.raises(KeyError, match="no design meets all wishes"):
        advice["fastest"]


def test_wishes_of_which_no_single_one_is_to_blame_give_way_together() -> None:
    advice = advised(wishes(animal_px=2000, image_px=2048, memory="1 MB"))
    assert [one.wishes for one in advice.give_way] == [("animal", "memory")]
    assert "the animal could be at most" in advice.give_way[0].text
    assert "the memory would have to be" in advice.give_way[0].text


@settings(max_examples=12)
@given(st.fixed_dictionaries(WANTED))
def test_whatever_is_wished_there_is_an_answer_in_words(values: dict[str, Any]) -> None:
    assume(values["animal_px"] <= max(values["image_px"]))
    wanted = Requirements(**values)
    advice = advised(wanted, SPEED if wanted.device else None)
    assert bool(advice.advised) != bool(advice.give_way)
    json.dumps(advice.to_dict(), allow_nan=False)
    assert advice._repr_html_()
    for one in advice.advised:
        assert all(0 < value <= 1 for value in one.needs.values())
        assert one.same_as in (None, *AIMS)
    named = {(one.design, one.input_scale): one.name for one in advice.advised}
    assert len(set(named.values())) == len(named), "a name says all that differs"
    cells = {one.aim: one.fineness.cell_px for one in advice.advised}
    for one in advice.advised:
        alike = one.aim == "most exact output" and cells[one.aim] in (cells["fastest"], cells["smallest"])
        assert any("no more exact" in text for text in one.reasons) == alike
    texts = [
        text for one in advice.advised for text in (*one.reasons, one.binding, *(m.text for m in one.more))
    ]
    for text in [*texts, *(one.text for one in advice.give_way), *advice.sure]:
        assert text.endswith(".")
        assert not set(text) & set("{}")
        assert "None" not in text
        assert "nan" not in text.split()


def test_advice_is_plain_data_text_and_html() -> None:
    for wanted in (wishes(memory="8 GB"), wishes(memory="1 MB")):
        advice = advised(wanted)
        json.dumps(advice.to_dict())
        assert advice.sure[0] in str(advice)
        html = advice._repr_html_()
        assert ("<table" in html) == bool(advice.advised)
    data = advised(wishes()).to_dict()
    assert Design.from_json(data["advised"][0]["design"]).input_shape[2] == 1


def test_the_search_tells_how_far_it_is_and_can_be_left() -> None:
    forget()
    steps: list[Step] = []
    running = advise_in_steps(wishes(), ["U-Net"])
    steps += itertools.islice(running, 4)
    running.close()  # *Stop*
    assert [one.built for one in steps] == [0, 1, 2, 3]
    assert steps[0].left_s is None
    assert all(one.left_s is not None and one.left_s > 0 for one in steps[1:])
    # What was built is kept: going on needs no more than the rest.
    rest = list(advise_in_steps(wishes(), ["U-Net"]))
    assert rest[0].built == 0
    forget()
    every = list(advise_in_steps(wishes(), ["U-Net"]))
    shares = [one.share for one in every]
    assert shares == sorted(shares)
    assert 0 == shares[0] < shares[-1] < 1
    # Of what looks more closely at three designs, nobody knows how long it takes.
    closer = [one for one in every if one.share >= 0.5]
    assert closer
    assert all(one.at_most is None and one.left_s is None for one in closer)
    assert {one.doing.partition(":")[0] for one in closer} == {f"design {n} of 3" for n in (1, 2, 3)}


# The whole of it


def test_advise_takes_wishes_in_a_persons_units() -> None:
    told: list[Step] = []
    advice = advise(animal_px=100, image_px=512, memory="8 GB", family="U-Net", on_progress=told.append)
    assert [one.aim for one in advice.advised] == list(AIMS)
    assert advice.wanted.memory == 8 * 10**9
    assert advice.families == ("U-Net",)
    assert told


def test_a_speed_that_cannot_be_known_is_untested_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: Any) -> Calibrated:
        raise TimingError("TensorFlow sees no GPU:7 here")

    monkeypatch.setattr(module, "calibrated", fails)
    advice = advise(animal_px=100, image_px=512, images_per_second=5, device="GPU:7", family="U-Net")
    assert advice.advised
    assert advice.untested == "The speed could not be tested: TensorFlow sees no GPU:7 here."


def test_the_unet_of_an_advice_is_a_plain_one() -> None:
    assert isinstance(advised(wishes())["smallest"].design.architecture, UNet)
