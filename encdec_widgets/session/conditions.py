"""How a network is used: what its costs, checks and receptive field depend on besides the network."""

from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import (
    described_fields,
    field,
    integer,
    real,
)
from encdec_widgets.designs.history import INPUT_SCALES
from encdec_widgets.workers.options import Options

_OF_TIMING = described_fields(Options)
_PRECISION = attrs.evolve(_OF_TIMING["precision"], default="float32", optional=False)


@attrs.frozen(kw_only=True)
class Conditions:
    """How a network is used, as far as its costs and checks depend on it.

    Attributes:
        batch_size: Images that go through it at once.
        precision: "float32", "mixed_float16" or "mixed_bfloat16".
        animal_px: Length of the animal in px of the camera's image; None as long as it was not set.
        input_scale: By what images are multiplied in size before the network sees them.
        card_bytes: Memory of the card that a network is meant for; None as long as it was not set. What runs here has
            this machine's, which checks go by.
    """

    batch_size: int = field(_OF_TIMING["batch_size"])
    precision: str = field(_PRECISION)
    animal_px: int | None = integer(
        None,
        minimum=1,
        maximum=100_000,
        usual=(1, 500),
        unit="px",
        optional=True,
        help="How long the animal is on the camera's image; a longer one needs a larger receptive field.",
    )
    input_scale: float = real(
        1.0,
        minimum=INPUT_SCALES[0],
        maximum=INPUT_SCALES[1],
        usual=INPUT_SCALES,
        unit="×",
        help="SLEAP's Input Scaling; smaller scales make the network faster, let it see further and lose detail.",
    )

    card_bytes: int | None = integer(
        None,
        minimum=10**6,
        maximum=10**15,
        usual=(4 * 10**9, 80 * 10**9),
        unit="bytes",
        optional=True,
        help="How much memory the card has that the network is meant for; larger batches fit into more.",
    )

    @property
    def of_costs(self) -> dict[str, Any]:
        """Batch size and precision, as ``backbone.cost`` takes them."""
        return {"batch_size": self.batch_size, "precision": self.precision}

    @property
    def of_checks(self) -> dict[str, Any]:
        """Those that checks depend on, as ``backbone.checks`` takes them."""
        return attrs.asdict(self, filter=lambda attribute, _: attribute.name != "card_bytes")
