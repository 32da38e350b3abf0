"""A network's picture for a paper, a slide or a page: SVG, and PNG at a size in mm and dots per inch."""

import importlib
import os
import struct
import zlib
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs

from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.summary import summary
from encdec_widgets.export.file import file_to_write, write_file
from encdec_widgets.figures.palette import DARK, LIGHT
from encdec_widgets.figures.parts import Scene
from encdec_widgets.figures.scale import Scale
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still
from encdec_widgets.formatting import number_text, quoted

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

_PX_PER_MM = 96 / 25.4
_NARROWEST = 420.0
"""A narrower picture is drawn so wide, in px, and made smaller: letters of 11 px are 6 points then in 85 mm."""
_LOWEST, _SHAPE = 300.0, 0.68
_SMALL = 320.0
"""Width of a picture beside others, in px."""
_WIDTHS, _DPIS, _MOST_PX = (20.0, 2000.0), (30, 2400), 20_000
_THEMES = {"light": LIGHT, "dark": DARK}
_FONTS = ("Helvetica", "Arial", "Liberation Sans", "DejaVu Sans", "Noto Sans", "Segoe UI", "Verdana")
_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">{}</text></svg>'


@attrs.frozen
class NetworkPicture:
    """A picture of a network, which a notebook shows.

    Attributes:
        svg: The picture as SVG, which has no end to its sharpness.
        caption: The network in one sentence.
        width_mm: Its width.
        dpi: Dots per inch of its PNG.
    """

    svg: str = attrs.field(repr=False)
    caption: str
    width_mm: float
    dpi: int

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, which says how large it is in mm.

        Raises:
            ImportError: If the extra ``pictures`` is not installed.
            RuntimeError: If this machine has no font to write with.
        """
        dots = round(self.width_mm / 25.4 * self.dpi)
        return _with_dpi(_drawn(self.svg, width=dots, sans_serif_family=_font() or None), self.dpi)

    def save(self, path: Any, *, overwrite: bool = False) -> Path:
        """Write the picture into a file.

        Args:
            path: Of the file; it ends in ``.svg`` or ``.png``.
            overwrite: Whether a file that is there may be replaced.

        Raises:
            FileExistsError: If there is a file, and ``overwrite`` is False.
            ValueError: If the path has another ending, or is none of a file in a folder that is there.
            ImportError: If it is a PNG, and the extra ``pictures`` is not installed.
        """
        return write_file(path, self.png if _is_png(path) else self.svg.encode(), overwrite=overwrite)

    def _repr_svg_(self) -> str:
        return self.svg


def picture(
    backbone: "Backbone",
    path: Any = None,
    *,
    width_mm: float = 170.0,
    dpi: int = 300,
    theme: Literal["light", "dark"] = "light",
    transparent: bool = False,
    numbers: bool = True,
    caption: bool = False,
    overwrite: bool = False,
) -> NetworkPicture:
    """Draw a network for a paper, a slide or a page.

    Args:
        backbone: The network.
        path: A file to write as well; it ends in ``.svg`` or ``.png``.
        width_mm: The width: 170 is a page of a paper, 85 one of two columns. Letters stay as large as on a page.
        dpi: Dots per inch, of a PNG.
        theme: "light" or "dark".
        transparent: Whether what lies under the picture is seen.
        numbers: Whether channels, sizes and steps are written, or the names of blocks alone.
        caption: Whether the network is said in one sentence below the picture.
        overwrite: Whether a file that is there may be replaced.

    Raises:
        ValueError: If one of these is not possible.
        FileExistsError: If there is a file, and ``overwrite`` is False.
        ImportError: If a PNG is to be written, and the extra ``pictures`` is not installed.

    Example:
        >>> from encdec_widgets import preset
        >>> drawn = picture(preset("SLEAP centroid").build(), width_mm=85, caption=True)
        >>> drawn.caption
        'U-Net, 4 levels, 3 skips, output stride 2, 1.95 M parameters.'
        >>> drawn.svg.count('width="85.00mm"')
        1
    """
    if theme not in _THEMES:
        raise ValueError(f"theme is 'light' or 'dark'. Received: {quoted(theme)}.")
    _require_number("width_mm", width_mm, *_WIDTHS)
    _require_number("dpi", dpi, *_DPIS)
    if width_mm / 25.4 * dpi > _MOST_PX:
        most = int(_MOST_PX * 25.4 / width_mm)
        raise ValueError(
            f"A picture is at most {_MOST_PX:,} dots wide. Received: width_mm={number_text(width_mm)} at dpi={dpi}. "
            f"Would work: dpi={most}."
        )
    if path is not None:
        _is_png(path)
        file_to_write(path, overwrite=overwrite)  # before the work
    asked = width_mm * _PX_PER_MM
    wide = max(asked, _NARROWEST)
    drawing = scene(
        backbone.blocks, width=wide, height=max(_LOWEST, _SHAPE * wide), numbers=numbers, tells_scale=False
    )
    words = f"{summary(family_name(backbone.design), backbone.blocks)}."
    svg = still(
        drawing,
        _THEMES[theme],
        background=not transparent,
        caption=words if caption else "",
        mm_per_px=width_mm / wide,
    )
    drawn = NetworkPicture(svg, words, float(width_mm), int(dpi))
    if path is not None:
        drawn.save(path, overwrite=overwrite)
    return drawn


def pictures(
    backbones: Sequence["Backbone"], *, theme: Literal["light", "dark"] = "light", width: float = _SMALL
) -> tuple[str, ...]:
    """Draw several networks small, as SVG, all at one scale: a wider box has more channels in whichever picture.

    Args:
        backbones: The networks.
        theme: "light" or "dark".
        width: Of each picture, in px.

    Raises:
        ValueError: If there is no such theme.

    Example:
        >>> from encdec_widgets import preset
        >>> small, large = pictures([preset("SLEAP centroid").build(), preset("U-Net").build()])
        >>> small.count("<svg"), large.count("<svg")
        (1, 1)
    """
    if theme not in _THEMES:
        raise ValueError(f"theme is 'light' or 'dark'. Received: {quoted(theme)}.")

    def drawn(backbone: "Backbone", scale: Scale | None) -> Scene:
        return scene(
            backbone.blocks, width=width, height=_SHAPE * width, numbers=False, tells_scale=False, scale=scale
        )

    steps = max((drawn(one, None).scale.steps for one in backbones), default=0)
    return tuple(still(drawn(one, Scale(steps, grows=False)), _THEMES[theme]) for one in backbones)


def _require_number(name: str, value: Any, least: float, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise ValueError(
            f"{name} is a number from {number_text(least)} to {number_text(most)}. Received: {quoted(value)}."
        )


def _is_png(path: Any) -> bool:
    ending = Path(path).suffix.lower() if isinstance(path, (str, os.PathLike)) else ""
    if ending not in (".svg", ".png"):
        pdf = " A PDF is made by printing the SVG, or the page of design.to_html(), from a browser."
        raise ValueError(
            f'The path of a picture ends in ".svg" or ".png". Received: {quoted(str(path))}.{pdf * (ending == ".pdf")}'
        )
    return ending == ".png"


def _drawn(svg: str, **how: Any) -> bytes:
    try:
        resvg = importlib.import_module("resvg_py")
    except ImportError:
        raise ImportError(
            'A PNG takes resvg-py: pip install "encdec_widgets[pictures]". An SVG takes nothing, and the button below '
            "the picture in the designer saves a PNG as well."
        ) from None
    return bytes(resvg.svg_to_bytes(svg_string=svg, dpi=96, **how))


@cache
def _font() -> str:
    """The first usual font that this machine has, or its only one.

    Raises:
        RuntimeError: If it has none: a picture would be drawn without its words.
    """

    def written(family: str, text: str = "8g") -> bytes:
        return _drawn(_PROBE.format(text), font_family=family)

    other = written("no such font")  # what resvg writes with where it does not find a font
    found = next((name for name in _FONTS if written(name) != other), "")
    if not found and other == written("no such font", ""):
        raise RuntimeError(
            f"This machine has no font to write a PNG with. Would work: {', '.join(_FONTS)}. An SVG takes none."
        )
    return found


def _with_dpi(png: bytes, dpi: int) -> bytes:
    """The same PNG with its resolution (the chunk pHYs, in dots per metre), so that programs place it at its size."""
    dots = round(dpi / 0.0254)
    chunk = b"pHYs" + struct.pack(">IIB", dots, dots, 1)
    told = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    head = 8 + 25  # the signature and IHDR, which comes first
    return png[:head] + told + png[head:]
