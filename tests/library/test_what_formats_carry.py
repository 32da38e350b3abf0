"""The documentation of export: its table is what the formats do, and its statement that of the screen."""

from encdec_widgets.export.formats import readers
from encdec_widgets.export.sleap.ground import FIDELITY
from tests.what_formats_carry import FORMATS, README, committed, table


def test_the_committed_table_is_what_the_formats_carry() -> None:
    assert committed() == table()


def test_each_format_that_is_read_has_a_row() -> None:
    assert {reader.NAME for reader in readers()} <= set(FORMATS)


def test_the_statement_beside_the_button_stands_in_the_documentation() -> None:
    assert FIDELITY in " ".join(README.read_text(encoding="utf-8").split())
