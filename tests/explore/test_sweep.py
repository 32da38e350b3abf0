"""Sweeps: what their rows say, in the order of the grid."""

import json
import math
from concurrent.futures import Executor
from typing import Any

import keras
import numpy as np
import pytest

from encdec_widgets import sweep
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.explore.several_devices import several_devices
from encdec_widgets.explore.sweeping import grid as grid_module
from encdec_widgets.explore.sweeping.rows import Row
from encdec_widgets.explore.tell import tell
from tests.explore.instant import COMBINATIONS, DESIGN, GRID, Instant


def test_rows_are_what_plain_builds_say_in_the_order_of_the_grid(here: Executor) -> None:
    found = sweep(DESIGN, GRID, executor=here)
    assert len(found) == len(COMBINATIONS)
    done = list(found)
    assert sorted(row.index for row in done) == list(range(len(COMBINATIONS)))
    assert [row.values for row in found.rows] == COMBINATIONS
    for row in found.rows:
        if row.values["down_blocks"] == 7:
            assert (row.told, row.design, row.figures) == (None, None, {})
            assert "the maximum stride, 128, divides" in row.reason
        else:
            design = DESIGN.replace_all(row.values)
            assert row.design == design
            assert row.told == tell(design.to_json(), ("cost", "receptive_field", "checks"))


def test_figures_have_flat_names(here: Executor) -> None:
    wanted = ("cost", "receptive_field", "strides", "output_shape", "checks")
    (row,) = sweep(DESIGN, {"filters": [8]}, tell=wanted, executor=here)
    cost = row.design.build().cost() if row.design else None
    assert cost
    assert row.figures == {
        "parameters": cost.parameters,
        "multiply_adds": cost.multiply_adds,
        "training_bytes": cost.training_bytes,
        "inference_bytes": cost.inference_bytes,
        "receptive_field": 44,  # of the positions that see least
        "output_stride": 1,
        "maximum_stride": 4,
        "warnings": 0,
    }


def test_conditions_count(here: Executor) -> None:
    tells = ("cost", "checks")
    how: dict[str, Any] = {"batch_size": 8, "precision": "mixed_float16"}
    (row,) = sweep(DESIGN, {"filters": [8]}, tells, here, animal_px=500, memory_bytes=1000, **how)
    backbone = DESIGN.replace("filters", 8).build()
    assert row.figures["training_bytes"] == backbone.cost(**how).training_bytes
    kinds = [check.kind for check in backbone.checks(animal_px=500, memory_bytes=1000, **how)]
    assert row.told
    assert [check["kind"] for check in row.told["checks"]] == kinds
    assert "too large to run here" in kinds


def test_networks_are_built_with_the_policy_that_is_set_here(here: Executor) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        (row,) = sweep(DESIGN, {"filters": [8]}, ("cost",), here)
        cost = DESIGN.replace("filters", 8).build().cost()
    finally:
        keras.config.set_dtype_policy(before)
    assert row.figures["training_bytes"] == cost.training_bytes
    assert row.figures["training_bytes"] != DESIGN.replace("filters", 8).build().cost().training_bytes


def test_the_same_design_is_asked_about_once() -> None:
    instant = Instant()
    found = sweep(DESIGN, {"filters": [8, 16, 8, np.int64(16)]}, ("cost",), instant).run()
    assert len(instant.asked) == 2
    told = [row.told for row in found.rows]
    assert told[:2] == told[2:]
    assert told[0] != told[1]


def test_blocks_can_be_swept(here: Executor) -> None:
    blocks = [SimpleConvBlock(filters=4, num_convs=n) for n in (1, 2)]
    found = sweep(DESIGN, {"encoder[0]": blocks}, ("cost",), here).run()
    assert [row.figures["parameters"] > 0 for row in found.rows] == [True, True]
    assert "num_convs" in found.to_csv()
    assert json.loads(found.to_json())["rows"][1]["values"]["encoder[0]"]["fields"]["num_convs"] == 2


def test_a_field_that_another_leads_to_is_no_mistake() -> None:
    found = sweep(DESIGN, {"down_blocks": [2, 3], "encoder[5].filters": [7]}, ("cost",), Instant()).run()
    assert ["encoder[5]" in row.reason for row in found.rows] == [True, False]


def test_the_work_for_a_row_does_not_grow_with_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Combinations are worked out one by one, and none is looked at for another."""
    calls = 0
    at = grid_module.Grid.at

    def counted(self: grid_module.Grid, index: int) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        return at(self, index)

    monkeypatch.setattr(grid_module.Grid, "at", counted)
    # Most make no network, which is soon told.
    grid = {"input_shape": [(size, size, 1) for size in range(1, 101)], "filters": range(1, 101)}
    instant = Instant()
    found = sweep(DESIGN, grid, ("cost",), instant)
    assert sum(1 for _ in found) == len(found) == 10_000
    assert calls <= 20_000
    assert len(instant.asked) == 2_500


# Times


def test_each_time_names_its_device_and_the_rest_is_told_all_the_same(here: Executor) -> None:
    grid = {"input_shape": [(32, 32, 1), (None, None, 1)]}
    found = sweep(DESIGN, grid, ("cost", "time"), here, backend="numpy", budget_s=0.02).run()
    timed, of_any_size = found.rows
    assert timed.figures["time_ms"] > 0
    assert timed.device
    assert of_any_size.figures["parameters"] == timed.figures["parameters"]
    assert of_any_size.device is None
    assert "must be fixed" in found.to_csv().splitlines()[-1]
    assert found.notice == ""


def row_on(device: str, processor: str) -> Row:
    time = {"median_ms": 1.0, "device": device, "processor": processor}
    return Row(index=0, values={}, base=DESIGN, told={"time": time})


def test_times_of_several_devices_are_not_ranked_without_saying_so() -> None:
    card, one, other = row_on("NVIDIA H200", "A"), row_on("CPU", "A, 2 cores"), row_on("CPU", "B, 8 cores")
    assert several_devices(row.device for row in (card, card)) == ""
    assert several_devices(row.device for row in (one, other, card)) == (
        "These times are of 3 devices: CPU (A, 2 cores), CPU (B, 8 cores) and NVIDIA H200. Compare those of one device "
        "only."
    )
    assert one.figures == {"time_ms": 1.0}
    assert one.as_cells(("time",))["device"] == "CPU (A, 2 cores)"


def test_an_output_that_sees_the_whole_image_sees_further_than_any() -> None:
    whole = {"extent": "whole image", "height": None, "width": None}
    row = Row(index=0, values={}, base=DESIGN, told={"receptive_field": whole})
    assert row.figures == {"receptive_field": math.inf}


def test_a_bare_architecture_or_a_preset_can_be_swept() -> None:
    for design in (UNet(), "U-Net"):
        assert sweep(design, {"filters": [4]}, ("cost",), Instant()).run().complete
