"""The one package that uses names of Keras that are not public.

Keras may rename any of them in its next release. So pyproject.toml has an upper bound for Keras, and
``tests/library/test_keras_private.py`` uses each of :data:`PRIVATE_NAMES` and says which one is gone and what needs it.
"""

from collections.abc import Mapping

from encdec_widgets.networks.keras_private.calls import (
    call_as,
    call_that_made,
    calls_of,
    calls_to,
    forget_calls_but,
    is_input,
    is_symbolic,
    maker_of,
    mask_of,
)
from encdec_widgets.networks.keras_private.errors import first_line_in, reason_in, refused_to_fill
from encdec_widgets.networks.keras_private.initial_values import (
    ALIGNMENT,
    as_tensor,
    draws_the_same_again,
    is_scaling,
    is_seeded,
    variance_of,
)
from encdec_widgets.networks.keras_private.layers import (
    copy_of_layer,
    is_keras_function,
    is_of_keras,
    joins_channels,
    layers_held_by,
    settings_of,
)
from encdec_widgets.networks.keras_private.replicas import OneReplica, strategy_around
from encdec_widgets.networks.keras_private.thread_state import (
    SEED,
    in_stateless_scope,
    names_from_the_start,
    seed_here,
    thread_state,
    waiting_list,
)
from encdec_widgets.networks.keras_private.variables import (
    device_noted_for,
    empty,
    fill_variable,
    initializer_of,
    is_filled,
    is_variable,
    let_go_of_values,
    place_on,
    set_initializer,
    shape_of,
)

__all__ = [
    "ALIGNMENT",
    "PRIVATE_NAMES",
    "SEED",
    "OneReplica",
    "as_tensor",
    "call_as",
    "call_that_made",
    "calls_of",
    "calls_to",
    "copy_of_layer",
    "device_noted_for",
    "draws_the_same_again",
    "empty",
    "fill_variable",
    "first_line_in",
    "forget_calls_but",
    "in_stateless_scope",
    "initializer_of",
    "is_filled",
    "is_input",
    "is_keras_function",
    "is_of_keras",
    "is_scaling",
    "is_seeded",
    "is_symbolic",
    "is_variable",
    "joins_channels",
    "layers_held_by",
    "let_go_of_values",
    "maker_of",
    "mask_of",
    "names_from_the_start",
    "place_on",
    "reason_in",
    "refused_to_fill",
    "seed_here",
    "set_initializer",
    "settings_of",
    "shape_of",
    "strategy_around",
    "thread_state",
    "variance_of",
    "waiting_list",
]

PRIVATE_NAMES: Mapping[str, str] = {
    "keras.src.backend.common.global_state": "names_from_the_start, unfilled weights, in_stateless_scope, seed_here",
    "keras.src.backend.tensorflow.core": "as_tensor: initial weights are not copied",
    "keras.src.backend.tensorflow.trainer": "strategy_around: weights in the scope of a strategy",
    "_distribute_strategy": "strategy_around: weights in the scope of a strategy",
    "_all_reduce_sum_gradients": "OneReplica: an edit of a training leaves no graph behind",
    "keras.src.initializers.random_initializers": "variance_of: initial weights are drawn faster",
    "keras.src.saving.serialization_lib": "settings_of: TensorFlow is not imported beside another backend",
    "keras.src.utils.module_utils": "settings_of: TensorFlow is not imported beside another backend",
    "keras.src.ops.node": "call_as: twins of layers",
    "keras.src.activations": "is_keras_function: activations that change each value by itself",
    "keras.src.ops.nn": "is_keras_function: activations that change each value by itself",
    "_keras_history": "is_symbolic, maker_of, call_that_made: every graph",
    "_inbound_nodes": "call_that_made, calls_of: every graph",
    "_outbound_nodes": "forget_calls_but: layers that edits left behind are freed",
    "_keras_mask": "mask_of: blocks with masks are made anew",
    "_flatten_layers": "layers_held_by: errors of a layer that holds a user's",
    "_shape": "shape_of: weights are counted at every edit",
    "_value": "is_filled: weights take memory late",
    "_torch_params": "let_go_of_values: weights that nobody uses are freed",
    "_initializer": "set_initializer, initializer_of: weights take memory late",
    "_deferred_initialize": "fill_variable: weights take memory late",
    "_init_seed": "is_seeded: initial weights are drawn faster",
    "_tracker": "copy_of_layer: twins of layers",
}
