"""Running networks on NumPy, which is for inference only."""

from typing import Any

from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.inside.runners.runner import Arrays, Runner, Work, one_or_all


def runner(model: Any, work: Work, _: str) -> Runner:
    """The network, operation by operation.

    Raises:
        TimingError: If it is to train.
    """
    if work != "forward":
        raise TimingError("NumPy has no gradients: choose the forward pass, or another Keras backend")

    def place(inputs: Arrays, _: Arrays) -> Any:
        return one_or_all(list(inputs))

    def run(x: Any) -> None:
        model(x, training=False)

    return Runner(place, run)
