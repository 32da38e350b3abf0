"""What the advisor's search takes for granted of the designs that it chooses from."""

import itertools
from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.explore.advising.looked import look
from encdec_widgets.explore.advising.space import base_of, families, shapes, size_of_space
from tests import amount


@pytest.mark.parametrize("family", families())
def test_more_levels_cost_more_and_see_further(family: str) -> None:
    size = (1024, 1024)
    rows: dict[Any, list[Any]] = {}
    for shape in shapes(family):
        if shape.levels <= 0 or amount.EVERYTHING:
            rows.setdefault((shape.output_stride, shape.upsampling), []).append(shape)
    assert any(len(row) > 1 for row in rows.values())
    for row in rows.values():
        for fewer, more in itertools.pairwise(look(shape.slender) for shape in row):
            assert fewer.sees_px < more.sees_px
            for name in ("parameters", "maximum_stride"):
                assert getattr(fewer, name) < getattr(more, name)
            assert fewer.multiply_adds(size) < more.multiply_adds(size)
            for work in ("training", "forward"):
                assert fewer.bytes(size, batch_size=1, work=work) <= more.bytes(size, batch_size=1, work=work)


@pytest.mark.parametrize("family", families())
def test_no_position_sees_further_than_is_foreseen_and_widths_change_nothing_of_it(family: str) -> None:
    shape = next(one for one in shapes(family) if one.levels == -1)
    slender, wide = look(shape.slender), look(shape.wider()[0])
    assert slender.sees_px == wide.sees_px <= shape.sees_at_most
    assert slender.output_stride == wide.output_stride == shape.output_stride
    assert slender.parameters < wide.parameters
    size = 2 * shape.slender.maximum_stride
    field = Design(shape.slender, (size, size, 1)).build().receptive_field().output
    assert field.size is not None
    assert max(field.size) == shape.sees_at_most


def test_each_family_has_a_space_of_valid_designs_around_its_first_preset() -> None:
    assert families() == ("U-Net", "LEAP CNN", "Hourglass", "Stacked hourglass", "FC-DenseNet")
    for family in families():
        widest = [list(shape.widened())[-1] for shape in shapes(family)]
        assert base_of(family).stacks == 1
        assert any(one.maximum_stride == base_of(family).maximum_stride for one in widest)
    assert size_of_space(["U-Net"]) == 5 * 10 * len(shapes("U-Net"))
