"""What Keras does for several replicas of a model on TensorFlow, of which there is one here."""

from typing import Any

from encdec_widgets.networks.keras_private.modules import private_module

_TRAINER = "keras.src.backend.tensorflow.trainer"


def strategy_around() -> Any | None:
    """The ``tf.distribute`` strategy that this thread is in the scope of: what Keras takes for a model made now."""
    if private_module("keras").config.backend() != "tensorflow":
        return None
    return private_module(_TRAINER).TensorFlowTrainer()._distribute_strategy


class OneReplica:
    """Goes before an optimizer of Keras: on TensorFlow, the gradients of several replicas are not added up.

    TensorFlow registers a gradient of that sum for each step that is traced, and keeps it with the whole graph for as
    long as the process lives: each edit of a training took 7 MB for good.
    """

    def _all_reduce_sum_gradients(self, gradients: Any) -> Any:
        return gradients
