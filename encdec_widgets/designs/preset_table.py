"""The presets as a table that a notebook shows."""

from collections.abc import Iterable

from markupsafe import Markup

COLUMNS = ("name", "family", "purpose", "source", "date")
_NAME = '<th scope="row" style="text-align: left; white-space: nowrap">{}</th>'
_CELL = '<td style="text-align: left">{}</td>'


class PresetTable(tuple[dict[str, str], ...]):
    """A row a preset, each a dict of texts: ``name``, ``family``, ``purpose``, ``source`` and ``date``.

    A notebook shows it as a table; ``pandas.DataFrame`` takes it as it is.

    >>> print(PresetTable([dict(name="Small", family="U-Net", purpose="To try.", source="here", date="2026-11")]))
    name  | family | purpose | source | date
    Small | U-Net  | To try. | here   | 2026-11
    """

    __slots__ = ()

    def __new__(cls, rows: Iterable[dict[str, str]] = ()) -> "PresetTable":
        """Take rows as they are."""
        return super().__new__(cls, rows)

    def __repr__(self) -> str:
        rows = [COLUMNS, *(tuple(row[column] for column in COLUMNS) for row in self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _repr_html_(self) -> str:
        head = Markup().join(
            Markup('<th scope="col" style="text-align: left">{}</th>').format(c) for c in COLUMNS
        )
        rows = Markup().join(
            Markup("<tr>{}{}</tr>").format(
                Markup(_NAME).format(row["name"]),
                Markup().join(Markup(_CELL).format(row[column]) for column in COLUMNS[1:]),
            )
            for row in self
        )
        return str(Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, rows))
