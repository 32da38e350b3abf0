"""What a training is asked for: the task, how long, and how; described for controls, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets._keras import active_backend
from encdec_widgets.architectures.fields.described import described_fields, integer, real, text
from encdec_widgets.architectures.fields.info import FieldInfo, NoFieldError
from encdec_widgets.workers.backends.installed import backends_with_gradients
from encdec_widgets.workers.training.options import TrainingOptions

_IN_CODE = ("threads", "device")


@attrs.frozen(kw_only=True)
class LearningSettings:
    """What a training is asked for.

    Attributes:
        task: The name of the task.
        seconds: How long it trains.
        steps: So many training steps in place of seconds; None for seconds.
        seed: The seed of the images and of the weights that are new.
        options: How it trains.

    Example:
        >>> from encdec_widgets.session.learning_settings import LearningSettings
        >>> settings = LearningSettings(task="halo", seconds=5)
        >>> settings.replace("learning_rate", 1e-3).values()["learning_rate"]
        0.001
        >>> try:
        ...     settings.replace("seconds", 0)
        ... except ValueError as error:
        ...     print(error)
        seconds must be a number from 1 to 600. Received: seconds=0. Would work: 1.
    """

    task: str = text("mouse", help="What the network is to learn, on small images that are drawn for it.")
    seconds: float = real(
        15.0,
        minimum=1,
        maximum=600,
        usual=(5, 60),
        unit="s",
        help="How long it trains. Stop ends it at any time; what was learnt until then is kept.",
    )
    steps: int | None = integer(
        None,
        minimum=1,
        maximum=1_000_000,
        usual=(100, 1000),
        unit="steps",
        optional=True,
        folded=True,
        help="So many training steps in place of seconds: the same on a slow machine. Empty: as many as fit.",
    )
    seed: int = integer(
        0,
        minimum=0,
        maximum=2**31 - 1,
        usual=(0, 9),
        folded=True,
        help="Draws the images and the weights that are new: the same seed draws the same ones again.",
    )
    options: TrainingOptions = attrs.field(factory=TrainingOptions)

    @staticmethod
    def fields(tasks: Mapping[str, Any]) -> dict[str, FieldInfo]:
        """The descriptions by name of the settings that a person is asked for, with the tasks that there are.

        How it trains is folded away. Device and threads are for code alone: they change nothing of what is learnt.
        """
        own = described_fields(LearningSettings)
        usual = own["task"].default if own["task"].default in tasks else next(iter(tasks))
        own["task"] = attrs.evolve(own["task"], kind="choice", choices=tuple(tasks), default=usual)
        more = described_fields(TrainingOptions)
        backends = tuple(dict.fromkeys((active_backend(), *backends_with_gradients())))
        more["backend"] = attrs.evolve(more["backend"], choices=backends, optional=False)
        shown = {name: info for name, info in more.items() if name not in _IN_CODE}
        return {**own, **{name: attrs.evolve(info, folded=True) for name, info in shown.items()}}

    def values(self) -> dict[str, Any]:
        """All settings by name."""
        own = {name: getattr(self, name) for name in described_fields(LearningSettings)}
        options = attrs.asdict(self.options)
        return {**own, **options, "backend": self.options.backend or active_backend()}

    def replace(self, name: str, value: Any) -> LearningSettings:
        """The same with another value of one setting.

        Raises:
            FieldError: (a ValueError) If it is not possible, or there is no such setting.
        """
        if name in described_fields(LearningSettings):
            return attrs.evolve(self, **{name: value})
        if name in described_fields(TrainingOptions):
            return attrs.evolve(self, options=attrs.evolve(self.options, **{name: value}))
        known = tuple(self.values())
        raise NoFieldError(name, value, f"is no setting of a training; there are {', '.join(known)}")
