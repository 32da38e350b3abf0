"""The catalogue of presets: designs known by name, each with its purpose and its source.

The presets themselves stand beside their families: to add one, add it to ``FAMILY`` in the family's file.
"""

import difflib

import attrs

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.families import FAMILIES
from encdec_widgets.architectures.family import Family, PresetValues
from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.preset_table import COLUMNS, PresetTable
from encdec_widgets.formatting import quoted


@attrs.frozen
class Preset:
    """A design that is known by name.

    Attributes:
        name: The name that people know it by.
        design: The design.
        purpose: One sentence on what it is for.
        source: Where it comes from.
        date: When that appeared, as year and month.
        family: The family that it is listed under.
    """

    name: str
    design: Design
    purpose: str
    source: str
    date: str
    family: str


def _made(values: PresetValues, family: Family) -> Preset:
    design = (
        Design(values.architecture, head=values.head)
        if values.input_shape is None
        else Design(values.architecture, values.input_shape, values.head)
    )
    return Preset(values.name, design, values.purpose, values.source, values.date, family.name)


_DEFAULT = "SLEAP medium single"
CATALOGUE = {values.name: _made(values, family) for family in FAMILIES for values in family.presets}
"""All presets by name, made of what every family says of its own."""


class Presets(tuple[str, ...]):
    """The names of presets, in the order in which they are offered; shown, each says what it is for."""

    __slots__ = ()

    def __repr__(self) -> str:
        known = [CATALOGUE[name] for name in self]
        return "\n".join(f"{one.name!r} ({one.date}): {one.purpose} Source: {one.source}." for one in known)

    def table(self) -> PresetTable:
        """What each is for, where it comes from and since when, as a table that a notebook shows.

        Example:
            >>> from encdec_widgets import presets
            >>> presets().table()[0]["date"]
            '2024-12'
        """
        return PresetTable({column: getattr(CATALOGUE[name], column) for column in COLUMNS} for name in self)


def presets() -> Presets:
    """The names of all presets; shown, each says what it is for, where it comes from and since when.

    Example:
        >>> from encdec_widgets import presets
        >>> [name for name in presets() if name.startswith("FC-DenseNet")]
        ['FC-DenseNet56', 'FC-DenseNet67', 'FC-DenseNet103']
        >>> len(presets().table()) == len(presets())
        True
    """
    return Presets(CATALOGUE)


def preset(name: str) -> Design:
    """The design of the preset ``name``.

    Raises:
        ValueError: If there is no preset of that name; the message names the nearest, or all.

    Example:
        >>> from encdec_widgets import preset
        >>> preset("SLEAP centroid").architecture.filters
        16
        >>> preset("SLEAP centroids")
        Traceback (most recent call last):
            ...
        ValueError: There is no preset named 'SLEAP centroids'. Did you mean 'SLEAP centroid'...
    """
    if isinstance(name, str) and name in CATALOGUE:
        return CATALOGUE[name].design
    near = difflib.get_close_matches(quoted(name).strip("'"), CATALOGUE, n=3, cutoff=0.5)
    raise ValueError(
        f"There is no preset named {quoted(name)}. "
        + (f"Did you mean {' or '.join(map(repr, near))}?" if near else f"There are: {', '.join(CATALOGUE)}.")
    )


def as_design(what: "Design | EncoderDecoder | str | None") -> Design:
    """Turn a design, an architecture or the name of a preset into a design; None stands for a small U-Net.

    Raises:
        ValueError: If it is none of these.
    """
    if isinstance(what, Design):
        return what
    if isinstance(what, EncoderDecoder):
        return Design(what)
    if what is None or isinstance(what, str):
        return preset(_DEFAULT if what is None else what)
    raise ValueError(
        "A Designer starts from a Design, an architecture such as UNet(), or the name of a preset. "
        f"Received: {quoted(what)}."
    )


def preset_name(design: Design) -> str | None:
    """Find the name of the first preset that is this design; None if there is none."""
    return next((known.name for known in CATALOGUE.values() if known.design == design), None)


def family_name(design: Design) -> str:
    """Tell the name of the family that a design belongs to.

    A network that is known by name belongs to the family of its preset. Of a user's own architecture, it is the
    name of its class, with "(your own)" where a family is called the same.
    """
    architecture = design.architecture
    for known in CATALOGUE.values():
        if same(known.design.architecture, architecture):
            return known.family
    names = {family.of: family.name for family in FAMILIES}
    cls = type(architecture)
    own = f"{cls.__name__} (your own)" if cls.__name__ in names.values() else cls.__name__
    return names.get(cls, own)


def family_start(name: str) -> Design:
    """Give the first preset of a family, which a person starts from who chooses the family."""
    return next(known.design for known in CATALOGUE.values() if known.family == name)
