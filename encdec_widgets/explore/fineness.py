"""How fine an output is: how exactly its cells alone let a point be found."""

import math

import attrs

from encdec_widgets.formatting import length_text, number_text, percent_text, px_text, stride_text

SIGMA_PX = 2.5
"""The spread of the targets in the profiles that SLEAP ships, in px of the scaled image."""


@attrs.frozen(kw_only=True)
class Fineness:
    """How exactly a point can be found in an output, from its cells alone: all of it follows from the numbers (exact).

    An output map has a position for each cell of ``output_stride`` px of the scaled image. Without offsets, a point is
    found at the middle of a cell, so that it lies up to half a cell off along each axis.

    Attributes:
        output_stride: Of the output, in px of the scaled image.
        input_scale: By what images are multiplied in size before the network sees them.
        animal_px: Length of the animal in px of the camera's image; None if that is not known.
        sigma_px: Spread of the Gaussian around each point in the targets of a head, in px of the scaled image.

    Example:
        >>> fineness = Fineness(output_stride=4, input_scale=0.5, animal_px=320)
        >>> fineness.cell_px, fineness.limit_px, fineness.share_of_animal
        (8.0, 4.0, 0.0125)
        >>> print(fineness.words)
        A cell of the output is 8 px of the camera's image (stride 4 at scale 0.5). ...
    """

    output_stride: float
    input_scale: float = 1.0
    animal_px: float | None = None
    sigma_px: float = SIGMA_PX

    @property
    def cell_px(self) -> float:
        """Side of a cell of the output, in px of the camera's image."""
        return self.output_stride / self.input_scale

    @property
    def limit_px(self) -> float:
        """How far a point can lie from the middle of its cell along an axis, in px of the camera's image."""
        return self.cell_px / 2

    @property
    def share_of_animal(self) -> float | None:
        """That as a share of the animal's length; None if that is not known."""
        return None if self.animal_px is None else self.limit_px / self.animal_px

    @property
    def sigma_cells(self) -> float:
        """The spread of the targets in cells of the output."""
        return self.sigma_px / self.output_stride

    @property
    def least_peak(self) -> float:
        """The highest value of a target whose point lies in the corner of a cell, where a peak is 1.

        It is half a cell off along both axes, where the Gaussian is exp(-(s/2)^2 / sigma^2) for cells of s px.
        """
        return math.exp(-((self.output_stride / 2) ** 2) / self.sigma_px**2)

    @property
    def sigma_camera_px(self) -> float:
        """The spread of the targets in px of the camera's image."""
        return self.sigma_px / self.input_scale

    @property
    def words(self) -> str:
        """All of it in sentences."""
        cell = f"A cell of the output is {px_text(self.cell_px)} of the camera's image"
        how = f"stride {stride_text(self.output_stride)} at scale {number_text(self.input_scale)}"
        share = self.share_of_animal
        of_animal = (
            "" if share is None else f", {_share_text(share)} of the animal's {px_text(self.animal_px or 0)}"
        )
        of_scaled = "" if self.input_scale == 1 else f" ({px_text(self.sigma_px)} of the scaled image)"
        return (
            f"{cell} ({how}). Without offsets a point is found to within half a cell, "
            f"{px_text(self.limit_px)}, along each axis{of_animal}. A sigma of "
            f"{px_text(self.sigma_camera_px)}{of_scaled} is {length_text(self.sigma_cells)} cells: of a point in the "
            f"corner of a cell, the target reaches {percent_text(self.least_peak)} of a full peak."
        )


def _share_text(share: float) -> str:
    return percent_text(share) if share >= 0.1 else f"{100 * share:.2g} %"
