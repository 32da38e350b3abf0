"""Code gets the same ways out of what is not possible as the screen, and each of them works."""

from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import Hourglass, UNet
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.edits import GIVE_UP, apply_edit
from encdec_widgets.session import Session

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


class EvenOnly(SimpleConvBlock):
    """A block of a user's own that looks at its filters when it makes its layers."""

    def make_block(self, x_in: Any, prefix: str = "conv_block") -> Any:
        if self.filters % 2:
            raise FieldError("filters", self.filters, "must be even", (self.filters + 1,))
        return super().make_block(x_in, prefix)


def test_what_is_known_only_when_layers_are_made_has_mends_too() -> None:
    design = DESIGN.replace("encoder[0]", EvenOnly(filters=2))
    changes = {"encoder[0].filters": 5}
    assert design.mends({"encoder[0].filters": 4}) == ()
    session = Session(design)
    session.change("encoder[0].filters", 5)
    on_screen = tuple(mend for mend in session.editor.outcome.mends if mend != GIVE_UP)
    assert design.mends(changes) == on_screen != ()
    for mend in on_screen:
        design.replace_all(mend.changes).build()
