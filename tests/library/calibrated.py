"""A calibration that the tests take for the CPU's: a real one takes seconds for each precision and way to compile."""

import itertools

from encdec_widgets.workers.timing import COMPILATIONS
from encdec_widgets.workers.timing.calibration import Calibration

CALIBRATION = Calibration(
    peak_multiply_adds_per_s=1e11,
    convolution_rates=((4, 1e9), (256, 1e11)),
    transposed_factor=2.0,
    bytes_per_s=1e10,
    resizing_rates=((32, 1e9), (256, 1e9)),
    layer_overhead_ms=0.01,
    call_overhead_ms=0.05,
    item_bytes=4,
)
KNOWN = {
    (backend, way, policy, "CPU"): CALIBRATION.to_dict()
    for backend, ways in COMPILATIONS.items()
    for way, policy in itertools.product(ways, ("float32", "mixed_bfloat16", "mixed_float16"))
}
"""What a process is spared to ask of its device, as ``encdec_widgets.workers.timing.measuring`` keeps it."""
