"""At the edge of memory a mend brings no warning either: what it leads to still fits where the network does."""

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet

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
