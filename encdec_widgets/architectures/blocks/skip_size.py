"""A skip source has the size of what it is merged with."""

from encdec_widgets.architectures.blocks.base import Tensor
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.formatting import sizes_text


def require_size_of(source: Tensor, x: Tensor, upsampling_stride: int) -> None:
    """Check that a skip source can be merged with the upsampled tensor ``x``.

    Raises:
        FieldError: If both sizes are known and differ.
    """
    for wanted, made in zip(source.shape[1:3], x.shape[1:3], strict=True):
        if wanted != made and None not in (wanted, made):
            raise FieldError(
                "upsampling_stride",
                upsampling_stride,
                "must make the map as large as its skip source: "
                f"it makes {sizes_text(x.shape[1:3])} px, the source has {sizes_text(source.shape[1:3])} px",
            )
