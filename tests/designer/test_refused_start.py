"""A designer that cannot start says why, once."""

import gc

import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("start", ["nosuch", 3, lambda: Design(UNet(), (0, 0, 1))])
def test_a_designer_that_cannot_start_raises_once(start: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"There is no preset|starts from|input_shape"):
        Designer(start() if callable(start) else start)  # type: ignore[arg-type]
    gc.collect()
    assert capsys.readouterr().err == ""
