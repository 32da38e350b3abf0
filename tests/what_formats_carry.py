"""Makes the table of what each format carries: `python -m tests.what_formats_carry` writes it into export's README.

Each cell is tried: a design is written and read again, and what came back is compared with it.
"""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

from encdec_widgets import Design, export, preset, read_design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.export.sleap.heads import CLASSIC, SLEAP_NN
from encdec_widgets.export.sleap.leaves import kinds_that_fit

README = Path(export.__file__ or "").parent / "README.md"
_BEGIN, _END = "<!-- made by tests/what_formats_carry.py -->\n", "<!-- end -->\n"
_UNET = UNet(filters=4, down_blocks=3, up_blocks=2, up_interpolate=True)
_SHAPE = (64, 96, 1)
_TWO_HEADS = (Head(3, name="confmaps"), Head(4, stride=4, name="pafs"))

DESIGNS: Mapping[str, Design] = {
    "U-Net as SLEAP has it": Design(_UNET, _SHAPE, Head(3, name="confmaps")),
    "without head": preset("SLEAP centroid"),
    "several heads": Design(_UNET, _SHAPE, _TWO_HEADS),
    "head with softmax": Design(_UNET, _SHAPE, Head(3, "softmax")),
    "stem": Design(UNet(filters=4, stem_blocks=1, stem_kernel_size=7, down_blocks=2, up_blocks=2), _SHAPE),
    "other kernels": Design(_UNET, _SHAPE).replace("kernel_size", 5),
    "several stacks": Design(UNet(filters=4, down_blocks=2, up_blocks=2, stacks=2), _SHAPE),
    "LEAP CNN": preset("LEAP CNN"),
    "hourglass": preset("Hourglass (SLEAP)"),
    "other families": preset("FC-DenseNet56"),
    "edited blocks": Design(_UNET, _SHAPE).replace("encoder[1].num_convs", 3),
}
"""What is written, by the head of its column."""


def _sleap(design: Design) -> str:
    return design.to_sleap((*kinds_that_fit(design, CLASSIC), "single_instance")[0])


def _sleap_nn(design: Design) -> str:
    return design.to_sleap_nn((*kinds_that_fit(design, SLEAP_NN), "single_instance")[0])


def _numbers_alone(text: str) -> str:
    """Without the design that rides along."""
    return text.replace('"encdec_widgets"', '"left out"').replace("encdec_widgets design: ", "")


FORMATS: Mapping[str, Callable[[Design], str]] = {
    "design JSON": Design.to_json,
    "Keras code": Design.to_code,
    "text of a design": Design.to_text,
    "link": lambda design: design.to_link("https://designer.org/app"),
    "SLEAP JSON": _sleap,
    "SLEAP JSON, its numbers alone": lambda design: _numbers_alone(_sleap(design)),
    "sleap-nn YAML": _sleap_nn,
    "sleap-nn YAML, its numbers alone": lambda design: _numbers_alone(_sleap_nn(design)),
}
"""How a design is written in each format, by the head of its row. A new format is a line here."""


def carried(design: Design, write: Callable[[Design], str]) -> str:
    """What of a design comes back from a format, in words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            back = read_design(write(design)).design
    except ValueError:
        return "refused"
    if back == design:
        return "yes"
    lost = []
    if back.heads != design.heads:
        lost.append("heads")
    if back.input_shape != design.input_shape:
        lost.append("input size")
    return "other network" if back.architecture != design.architecture else f"not {', '.join(lost)}"


def table() -> str:
    """The whole table in Markdown."""
    lines = [["format", *DESIGNS], ["---"] * (1 + len(DESIGNS))]
    lines += [
        [name, *(carried(design, write) for design in DESIGNS.values())] for name, write in FORMATS.items()
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def committed() -> str:
    """The table as it stands in the README."""
    return README.read_text(encoding="utf-8").partition(_BEGIN)[2].partition(_END)[0]


def main() -> None:
    """Write the table into the README."""
    before, _, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    README.write_text(f"{before}{_BEGIN}{table()}{_END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
