"""An image beside the maps of one block: a position of a map is followed to what it sees of the image."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from encdec_widgets.widgets.base.ipywidgets_private import Collected

_FOLDER = Path(__file__).parent
_PARTS = ("receptive_shapes", "image_file", "feature_maps_tiles", "feature_maps_view")
LARGEST_OWN = 2**24
"""Bytes of a person's image that are taken from the page, which sends a quarter of that at most."""


class FeatureMapsView(Collected, anywidget.AnyWidget):
    """The image with the peaks of a head on it, and a strip of the liveliest channels of one block.

    Attributes:
        image: ``size`` (height and width of the network's input), ``channels`` (1 or 3) and ``words`` (a trait); empty
            for none.
        pixels: Its 8-bit numbers (a trait).
        block: The block whose maps are seen (a trait): ``label``, ``size`` (of its map), ``strides`` (along height and
            width), ``tile`` (height and width of a drawn map), ``channels`` (``number`` and ``words`` of each),
            ``sees`` (for height and width: ``period``, ``step``, ``first`` and ``last`` of what each position sees;
            empty where that is no box) and ``extent`` (a word for it there); empty for none.
        tiles: The 8-bit numbers of the drawn maps, one after the other (a trait).
        head: The head whose peaks are seen (a trait): ``label``, ``size`` (of its heat maps) and ``peaks`` (``place``,
            down and right, and ``words`` of each); empty for none.
        heat: The 8-bit numbers of its heat maps, all in one (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = "\n".join((_FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS)
    _css = (_FOLDER / "feature_maps_view.css").read_text(encoding="utf-8")

    image = traitlets.Dict().tag(sync=True)
    pixels = traitlets.Bytes().tag(sync=True)
    block = traitlets.Dict().tag(sync=True)
    tiles = traitlets.Bytes().tag(sync=True)
    head = traitlets.Dict().tag(sync=True)
    heat = traitlets.Bytes().tag(sync=True)

    def __init__(self, own_image: Callable[[str, NDArray[np.uint8]], None]) -> None:
        """Show nothing yet.

        Args:
            own_image: Is called with the name and the pixels, (height, width, 3), of an image that a person chose.
        """
        super().__init__()
        self._own_image = own_image
        self.on_msg(self._told)

    def _told(self, _: Any, content: Any, buffers: Any) -> None:
        """Take an image that a person chose in the page; anything else is no message of this page."""
        if not isinstance(content, dict) or not isinstance(content.get("own"), list) or not buffers:
            return
        data, size = bytes(buffers[0]), content["own"]
        fits = len(size) == 2 and all(isinstance(side, int) and side > 0 for side in size)
        if fits and len(data) == 3 * size[0] * size[1] <= LARGEST_OWN:
            pixels = np.frombuffer(data, np.uint8).reshape(*size, 3)
            self._own_image(str(content.get("name", ""))[:80], pixels)
