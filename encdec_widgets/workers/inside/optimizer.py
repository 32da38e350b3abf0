"""Adam, whose averages go with the weights that an edit keeps."""

from collections.abc import Iterable, Mapping
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import OneReplica


class _Averages:
    """The averages of each variable, by their names; an object of its own, as Keras tracks dicts and lists."""

    def __init__(self) -> None:
        self.of: dict[int, dict[str, Any]] = {}


class Adam(OneReplica, keras.optimizers.Adam):  # type: ignore[misc]
    """Keras's Adam, which tells the averages of a variable and leaves no graph behind."""

    def __init__(self, **how: Any) -> None:
        """Take what Keras's does."""
        super().__init__(**how)
        self.averages = _Averages()

    def add_variable_from_reference(self, reference_variable: Any, *how: Any, **named: Any) -> Any:
        """Make an average of a variable, and note it."""
        average = super().add_variable_from_reference(reference_variable, *how, **named)
        name = named.get("name") or how[0]
        self.averages.of.setdefault(id(reference_variable), {})[name] = average
        return average

    def carry_on(self, before: "Adam", pairs: Iterable[tuple[Any, Any]]) -> None:
        """Take over the averages of another one.

        A fresh Adam kicks a network that is trained: its first steps are as large as the rate, whatever the gradient
        (measured: all feet told rightly, then half of them for 20 steps).

        Args:
            before: The other one.
            pairs: Variables of this one, each with the variable of the other one that it has the values of.
        """
        for variable, earlier in pairs:
            ours = self.averages.of.get(id(variable), {})
            theirs = before.averages.of.get(id(earlier), {})
            for name, average in ours.items():
                if name in theirs:
                    average.assign(keras.ops.copy(theirs[name].value))
        self.iterations.assign(keras.ops.copy(before.iterations.value))


class _WarmUp(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A rate that rises to its value, from a step on."""

    def __init__(self, rate: float, steps: int, begins: int) -> None:
        self._rate, self._steps, self._begins = rate, steps, begins

    def __call__(self, step: Any) -> Any:
        taken = keras.ops.cast(step, "float32") - float(self._begins) + 1.0
        return self._rate * keras.ops.clip(taken / float(self._steps), 0.0, 1.0)


def adam(variables: list[Any], options: Mapping[str, Any], begins: int | None = None) -> Adam:
    """Adam for the variables of a network.

    Args:
        variables: Those that are trained.
        options: The fields of :class:`encdec_widgets.workers.training.TrainingOptions`.
        begins: After an edit, the steps that were taken before it: its rate rises from there on.
    """
    rate = options["learning_rate"]
    if begins is not None and options["warm_up"]:
        rate = _WarmUp(rate, options["warm_up"], begins)
    optimizer = Adam(learning_rate=rate, global_clipnorm=options["clip"] or None)
    optimizer.build(variables)
    return optimizer
