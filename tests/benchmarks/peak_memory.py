"""`python -m tests.benchmarks.peak_memory`: how far the estimates of memory lie from what networks really take.

Each figure comes from a process of its own, and each is of everything: the weights, what Adam keeps, and the maps. A
network whose weights outweigh its maps is easily estimated, so the weights are told as well.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from tests.benchmarks import machine
from tests.benchmarks.peaks import (
    Case,
    in_a_process_of_its_own,
    measured_on_tensorflow,
    planned_by_xla,
)

SIDE = 256
BATCHES: dict[str, tuple[int, ...]] = {
    "SLEAP medium single": (1, 4),
    "SLEAP large top-down": (1, 4),
    "U-Net": (1, 4),
    "LEAP CNN": (1,),
    "Hourglass (SLEAP)": (1,),
    "Stacked hourglass, 1 stack": (1,),
    "FC-DenseNet56": (1,),
}
QUICK = {"SLEAP medium single": (1,)}
# oneDNN, which TensorFlow uses unless it is told not to, works on copies of maps in a layout of its own.
WAYS = {
    "TensorFlow": ({"KERAS_BACKEND": "tensorflow", "TF_ENABLE_ONEDNN_OPTS": "1"}, measured_on_tensorflow),
    "TensorFlow without oneDNN": (
        {"KERAS_BACKEND": "tensorflow", "TF_ENABLE_ONEDNN_OPTS": "0"},
        measured_on_tensorflow,
    ),
    "XLA's plan": ({"KERAS_BACKEND": "jax"}, planned_by_xla),
}
"""What estimates are compared with: the environment of a process and how it is asked."""


@attrs.frozen
class Found:
    """What was found of one case, in bytes.

    Attributes:
        case: What was run.
        kept: Weights; in training also their gradients and the two averages of each that Adam keeps (exact).
        estimate: The estimate of everything.
        measured: Everything as it was measured, by way.
    """

    case: Case
    kept: int
    estimate: int
    measured: dict[str, int]

    def ratio(self, way: str) -> float:
        """The estimate over what was measured."""
        return self.estimate / self.measured[way]

    def map_ratio(self, way: str) -> float:
        """The same without the weights, and what is kept for them."""
        return (self.estimate - self.kept) / (self.measured[way] - self.kept)

    def cells(self) -> list[str]:
        """Its line of the table."""
        pairs = [(_mb(self.measured[way]), f"{self.ratio(way):.2f}") for way in WAYS]
        work = "training" if self.case.training else "forward"
        return [
            self.case.preset,
            str(self.case.batch_size),
            work,
            _mb(self.kept),
            _mb(self.estimate),
            *(cell for pair in pairs for cell in pair),
        ]


def main(argv: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peak_memory", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small preset: to see that it works")
    parser.add_argument(
        "--precision",
        default="float32",
        choices=("float32", "mixed_float16", "mixed_bfloat16"),
        help="Keras's policy; float32 if left out",
    )
    options = parser.parse_args(argv)
    batches = QUICK if options.quick else BATCHES
    os.environ["KERAS_BACKEND"] = "numpy"  # Of this process, which only reads shapes.
    began, load = time.monotonic(), os.getloadavg()[0]
    print(f"{machine.as_text(machine.describe())}\n- load average before: {load:.1f}\n", flush=True)
    found = list(_found(batches, options.precision))
    print(f"\n{_table(found)}\n\n{_summary(found)}\n\nTook {time.monotonic() - began:.0f} s.")
    return 0


def _found(batches: dict[str, tuple[int, ...]], precision: str) -> Iterator[Found]:
    for name, sizes in batches.items():
        for batch_size in sizes:
            for training in (False, True):
                case = Case(
                    preset=name,
                    side=SIDE,
                    batch_size=batch_size,
                    training=training,
                    precision=precision,
                )
                measured = {way: in_a_process_of_its_own(ask, case, env) for way, (env, ask) in WAYS.items()}
                one = Found(case, *_estimated(case), measured)
                print(" | ".join(one.cells()), file=sys.stderr, flush=True)
                yield one


def _estimated(case: Case) -> tuple[int, int]:
    """What is kept for the weights, and the estimate."""
    cost = case.design.build().cost(batch_size=case.batch_size, precision=case.precision)
    estimate = cost.training_bytes if case.training else cost.inference_bytes
    assert estimate is not None
    # Weights are kept in single precision whatever the policy; a gradient and two averages of each trained weight.
    return cost.weight_bytes + (3 * 4 * cost.trainable_parameters if case.training else 0), estimate


def _table(found: Sequence[Found]) -> str:
    head = ["preset", "batch", "work", "weights", "estimate"]
    head += [cell for way in WAYS for cell in (way, "estimate / it")]
    rule = ["---", "---:", "---"] + ["---:"] * (len(head) - 3)
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *(one.cells() for one in found)))


def _summary(found: Sequence[Found]) -> str:
    """For each work and way, the middle and the range of the ratios, with the weights and without."""
    lines = []
    for training in (False, True):
        some = [one for one in found if one.case.training == training]
        for way in WAYS:
            whole = _range([one.ratio(way) for one in some])
            maps = _range([one.map_ratio(way) for one in some])
            lines.append(
                f"- {'training' if training else 'forward'}, estimate / {way}: {whole}; without the weights {maps}"
            )
    return "\n".join(lines)


def _range(ratios: Sequence[float]) -> str:
    return f"{statistics.geometric_mean(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _mb(size: Any) -> str:
    return f"{size / 1e6:,.0f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
