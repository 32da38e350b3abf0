"""The speed of a device alone: what times are predicted from, without a network to time."""

from contextlib import suppress
from typing import Any

import attrs

from encdec_widgets.architectures.unet import UNet
from encdec_widgets.designs.design import Design
from encdec_widgets.workers.client import Worker, shared_worker
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.options import Options, checked
from encdec_widgets.workers.sent_network import Network, network_of
from encdec_widgets.workers.timing.calibration import Calibration
from encdec_widgets.workers.timing.measuring import OnBench


@attrs.frozen(kw_only=True)
class Calibrated:
    """The speed of a device.

    Attributes:
        device: Its name, such as "NVIDIA H200" or "CPU".
        backend: The Keras backend.
        calibration: What was measured of it.
    """

    device: str
    backend: str
    calibration: Calibration


@attrs.frozen(kw_only=True, eq=False)
class Calibrating:
    """A job: calibrate a device, or take what is known of it."""

    network: Network
    options: Options
    budget_s: float = 0.0

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backend that it needs."""
        return (str(self.options.backend),)

    def leaves_cards(self, backend: str) -> bool:
        """Whether it computes on the CPU alone, so that no card is touched."""
        return self.options.device == CPU.option

    def do(self, ask: Ask, tell: Tell) -> Calibrated:
        """Calibrate; a tiny network stands on the bench, as a calibration is of a network's device.

        Raises:
            TimingError: If there is no such device.
        """
        tell(Progress(share=0.0, doing="calibrating the device"))
        ask(str(self.options.backend), "clear", self.options.batch_size, {})
        try:
            facts = OnBench.load(ask, "network", self.network, self.options).facts
        finally:
            with suppress(TimingError):
                ask(str(self.options.backend), "clear", self.options.batch_size, {})
        return Calibrated(
            device=facts["device"],
            backend=str(self.options.backend),
            calibration=Calibration.from_dict(facts["calibration"]),
        )


def calibrated(*, worker: Worker | None = None, **options: Any) -> Calibrated:
    """Tell the speed of a device of this machine, measured in a process of its own; some 5 seconds the first time.

    Args:
        worker: The processes to measure in; those that all timings share if left out.
        **options: As in :func:`encdec_widgets.measure`.

    Raises:
        FieldError: (a ValueError) If an option is not possible.
        TimingError: If the device could not be calibrated: there is none of that name, say.
    """
    return (worker or shared_worker()).do(calibration_job(**options))


def calibration_job(**options: Any) -> Calibrating:
    """The job of :func:`calibrated`, for whoever does not wait for it.

    Raises:
        FieldError: (a ValueError) If an option is not possible.
    """
    tiny = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
    how = checked(**options)
    return Calibrating(network=network_of(tiny, how.device), options=how)
