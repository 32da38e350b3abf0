"""At the edge of memory a mend brings no warning either: what it leads to still fits where the network does."""

import importlib
from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.explain.checks.within_memory import _cost_of_one

UNEVEN = Design(UNet(filters=256, down_blocks=2, up_blocks=2), (2048, 2048, 1))
INTERPOLATING = UNEVEN.replace("up_interpolate", True)


def offered(memory_bytes: int | None) -> set[str]:
    found = UNEVEN.build().checks(memory_bytes=memory_bytes)
    return {mend.words for check in found if check.kind == "checkerboard" for mend in check.mends}


@pytest.mark.parametrize("work", ["inference", "training"])
def test_interpolating_is_offered_only_where_it_fits(work: str) -> None:
    now, then = (getattr(design.build().cost(), f"{work}_bytes") for design in (UNEVEN, INTERPOLATING))
    assert then > now
    for limit in (now, then - 1):
        assert "interpolate instead" not in offered(limit)
    assert "interpolate instead" in offered(then)
    assert "interpolate instead" in offered(100 * then)


def test_where_half_falls_short_a_quarter_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = UNEVEN.build()
    limit = backbone.cost().training_bytes
    assert limit is not None

    def mends() -> list[str]:
        found = backbone.checks(memory_bytes=limit - 1)
        return [
            mend.words for check in found if check.kind == "too large to train here" for mend in check.mends
        ]

    half = mends()
    assert "half the filters" in half[1]
    seen: list[Design] = []

    def falls_short(network: object, after: Design) -> bool:
        seen.append(after)
        return after.architecture.filters <= 64 and after.input_shape[0] == 2048  # type: ignore[attr-defined]

    # The package has a function of the module's name.
    module = importlib.import_module("encdec_widgets.explain.checks.beyond_memory")
    monkeypatch.setattr(module, "comes_within_memory", falls_short)
    (quarter,) = mends()
    assert "a quarter of the filters" in quarter
    assert len({design.input_shape for design in seen}) > 2, "each smaller input was tried too"


def test_steps_of_the_batch_size_build_what_mends_lead_to_once(monkeypatch: pytest.MonkeyPatch) -> None:
    design, built, build = UNEVEN.replace("filters", 240), list[Design](), Design.build
    backbone = design.build()
    _cost_of_one.cache_clear()

    def noted(design: Design, *previous: Any) -> Any:
        built.append(design)
        return build(design, *previous)

    monkeypatch.setattr(Design, "build", noted)
    limit = 2 * (backbone.cost().training_bytes or 0)
    for batch_size in (4, 5, 6, 7, 6, 5, 4):
        found = backbone.checks(batch_size=batch_size, memory_bytes=limit)
        mends = [mend for check in found if check.kind.startswith("too large to") for mend in check.mends]
        assert mends
        for mend in mends:
            then = build(design.replace_all(mend.changes)).cost(batch_size)
            assert (then.training_bytes or 0) <= limit or (then.inference_bytes or 0) <= limit
    assert built
    assert len(built) == len(set(built))
