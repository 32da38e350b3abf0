"""A design comes back from its code as data: the code is never run, and what was edited is noticed."""

from pathlib import Path

import pytest

from encdec_widgets import Design, preset, presets, read_design
from encdec_widgets.architectures import UNet
from encdec_widgets.export.keras_code.closing import closed
from encdec_widgets.export.keras_code.written import code_of
from tests.builds import built

SMALL = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (32, 32, 1))
CODE = code_of(built(SMALL))


def test_every_preset_comes_back_from_its_code() -> None:
    for name in presets():
        found = read_design(code_of(built(preset(name))))
        assert (found.design, found.format, found.notes) == (preset(name), "Keras code", ())


def test_it_comes_back_from_a_file_whatever_its_ends_of_lines(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    for text in (CODE, CODE.replace("\n", "\r\n"), "\ufeff" + CODE, CODE + "\n\n"):
        file.write_bytes(text.encode())
        found = read_design(file)
        assert found.design == SMALL
        assert found.notes == ()


@pytest.mark.parametrize(
    "edited",
    [
        CODE.replace("4", "5", 1),
        CODE.replace("import keras\n", "import keras  # mine\n"),
        "raise SystemExit\n" + CODE,
        CODE + "raise SystemExit\n",
    ],
)
def test_an_edited_file_is_noticed_and_its_code_is_not_run(edited: str) -> None:
    found = read_design(edited)
    assert found.design == SMALL
    (note,) = found.notes
    assert (note.kind, note.text.split(".")[0]) == ("not carried", "The file was edited since it was written")


def test_an_edited_design_is_noticed_as_well() -> None:
    found = read_design(CODE.replace('# |       "filters": 4,', '# |       "filters": 6,'))
    assert found.design == SMALL.replace("filters", 6)
    (note,) = found.notes
    assert "The comment at its end counts; edits of the code are not in the design." in note.text


def test_a_file_that_ends_early_is_refused_in_words() -> None:
    for end in range(0, len(CODE) - len("# End of the design.\n"), 97):
        with pytest.raises(ValueError, match=r"[Nn]o design|no such file|empty text|path|cut off"):
            read_design(CODE[:end])


@pytest.mark.parametrize(
    "kept", ["# End of", "# | {", "# Checksum", "# The design", 'if __name__ == "__main__"']
)
def test_a_file_whose_closing_comment_is_cut_off_is_told_so(kept: str) -> None:
    for text in (CODE, CODE.replace("\n", "\r\n")):
        with pytest.raises(ValueError, match=r"comment at its end.* cut off.*'# End of the design.'"):
            read_design(text[: text.index(kept)])


@pytest.mark.parametrize("json", ["", "{}", "[1", '{"encdec_widgets_design": 99}', "{" * 50_000, "null"])
def test_a_closing_comment_without_a_design_is_refused_in_words(json: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|design"):
        read_design(closed("import keras\n", json))


def test_a_long_text_without_a_design_is_soon_refused() -> None:
    for line in ("# | x\n", *(f"{each}\n" for each in CODE.splitlines() if each.startswith("# "))):
        with pytest.raises(ValueError, match=r"holds no design|cut off"):
            read_design(line * 30_000)
