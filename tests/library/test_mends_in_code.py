"""Code gets the same ways out of what is not possible as the screen, and each of them works."""

from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import Hourglass, UNet
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.edits import GIVE_UP, apply_edit

DESIGN = Design(UNet(filters=2, down_blocks=3, up_blocks=3), (64, 64, 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"input_shape": (68, 68, 1)},
        {"up_blocks": 9},
        {"filters": 0},
        {"filters": 0, "input_shape": (68, 68, 1)},
    ],
    ids=str,
)
@pytest.mark.parametrize("design", [DESIGN, Design(Hourglass(), (64, 64, 1))], ids=["unet", "hourglass"])
def test_code_gives_the_mends_of_the_screen_and_each_of_them_works(
    design: Design, changes: dict[str, Any]
) -> None:
    try:
        design.replace_all(changes)
    except FieldError:
        on_screen = [mend for mend in apply_edit(design, {}, changes).mends if mend != GIVE_UP]
        assert list(design.mends(changes)) == on_screen
        for mend in on_screen:
            design.replace_all(mend.changes)
    else:
        assert design.mends(changes) == ()


def test_one_level_fewer_is_among_them() -> None:
    with pytest.raises(FieldError):
        DESIGN.replace("input_shape", (68, 68, 1))
    (fewer,) = [
        mend for mend in DESIGN.mends({"input_shape": (68, 68, 1)}) if mend.label == "one level fewer"
    ]
    after = DESIGN.replace_all(fewer.changes)
    assert after.input_shape == (68, 68, 1)
    assert after.architecture.maximum_stride == 4
