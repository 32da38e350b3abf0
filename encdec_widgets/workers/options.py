"""How a network is to be timed: values that a person sets, described for controls, checked before anything starts."""

import re
from typing import Any

import attrs

from encdec_widgets._keras import active_backend
from encdec_widgets.architectures.fields.described import FieldError, choice, integer, real, text
from encdec_widgets.explain.costs import MOST_IMAGES, PRECISIONS
from encdec_widgets.formatting import quoted
from encdec_widgets.workers.backends import LIBRARIES, NAMES, backend_named
from encdec_widgets.workers.backends.installed import installed_backends

COMPILATIONS = {name: backend_named(name).compilations for name in NAMES}
"""How each Keras backend can run a network, its usual way first: "eager" is layer by layer from Python, "graph" is
``tf.function``, "XLA" is ``tf.function(jit_compile=True)`` or ``jax.jit``.

Example:
    >>> from encdec_widgets.workers.timing import COMPILATIONS
    >>> COMPILATIONS["jax"]
    ('XLA', 'eager')
"""

AUTO = "auto"
_DEVICE = re.compile(r"auto|CPU|[GT]PU:\d+")


@attrs.frozen(kw_only=True)
class Options:
    """How to time a network.

    Attributes:
        work: "forward" is the inference forward pass; "training" a whole training step: forward pass, mean squared
            error, gradients of all weights and one step of Adam, as ``keras.Model.fit`` takes it.
        batch_size: Images that go through the network at once.
        precision: Keras dtype policy of the layers; None for the one in force where the network comes from.
        compilation: How the backend runs it, see ``COMPILATIONS``; None for the backend's usual way.
        backend: The Keras backend; None for the active one.
        device: "CPU", "GPU:0", ...; "auto" for the one that the backend takes by itself.
        budget_s: Seconds that the timed runs may take, in all; first call and warm-up come on top.

    Example:
        >>> from encdec_widgets.workers.timing import Options
        >>> Options(work="training", batch_size=8, backend="jax").resolved().compilation
        'XLA'
        >>> try:
        ...     Options(work="training", backend="numpy")
        ... except ValueError as error:
        ...     print(error)
        work must be 'forward' on NumPy, which has no gradients. Received: work='training'. Would work: 'forward'.
    """

    work: str = choice(
        "forward",
        ("forward", "training"),
        help="What is timed: a training step takes about three times as long as a forward pass, and more memory.",
    )
    batch_size: int = integer(
        1,
        minimum=1,
        maximum=MOST_IMAGES,
        usual=(1, 64),
        unit="images",
        help="Images in one pass; larger batches give more images a second and take more memory.",
    )
    precision: str | None = choice(
        None,  # type: ignore[arg-type]
        PRECISIONS,
        optional=True,
        help="Mixed precision is faster on cards with tensor cores, and slower on most processors.",
    )
    compilation: str | None = choice(
        None,  # type: ignore[arg-type]
        tuple(dict.fromkeys(way for ways in COMPILATIONS.values() for way in ways)),
        optional=True,
        help="Compiled networks start later and run faster; eager ones run layer by layer, mostly slower.",
    )
    backend: str | None = choice(
        None,  # type: ignore[arg-type]
        tuple(COMPILATIONS),
        optional=True,
        help="The library that computes; it changes the time, often several times, and not the network.",
    )
    device: str = text(
        AUTO,
        help="What computes; a card is mostly faster than the processor, auto is what the backend takes by itself.",
    )
    budget_s: float = real(
        2.0,
        minimum=0.01,
        maximum=600,
        usual=(0.5, 10),
        unit="s",
        help="Time for the timed runs, in all; more gives a narrower interval. First call and warm-up come on top.",
    )

    def __attrs_post_init__(self) -> None:
        """Check what depends on more than one field, or on what is installed."""
        if not _DEVICE.fullmatch(self.device):
            allowed = 'must be "auto", "CPU", "GPU:0", "GPU:1" and so on'
            raise FieldError("device", self.device, allowed, (AUTO, "CPU", "GPU:0"))
        if self.backend is None:
            return
        if self.backend in LIBRARIES and self.backend not in installed_backends():
            raise FieldError(
                "backend",
                self.backend,
                f"must be one that is installed: {', '.join(installed_backends())}",
                installed_backends(),
            )
        ways = COMPILATIONS[self.backend]
        if self.compilation is not None and self.compilation not in ways:
            raise FieldError(
                "compilation",
                self.compilation,
                f"must be {' or '.join(map(repr, ways))} on the Keras backend {quoted(self.backend)}",
                ways,
            )
        backend = backend_named(self.backend)
        if self.work == "training" and not backend.has_gradients:
            allowed = f"must be 'forward' on {backend.proper_name}, which has no gradients"
            raise FieldError("work", self.work, allowed, ("forward",))

    def resolved(self) -> "Options":
        """With the active backend and its usual way of running in place of None; precision may stay None.

        Raises:
            FieldError: (a ValueError) If what is left does not go together.
        """
        backend = self.backend or active_backend()
        if backend not in COMPILATIONS:
            raise FieldError(
                "backend",
                backend,
                f"cannot be timed; choose {', '.join(installed_backends())}",
                installed_backends(),
            )
        return attrs.evolve(
            attrs.evolve(self, backend=backend), compilation=self.compilation or COMPILATIONS[backend][0]
        )


def checked(**options: Any) -> Options:
    """Options from keyword arguments, resolved; the error names what else there is."""
    unknown = set(options) - {attribute.name for attribute in attrs.fields(Options)}
    if unknown:
        known = ", ".join(attribute.name for attribute in attrs.fields(Options))
        raise TypeError(f"there is no option {quoted(min(unknown))} of a timing; there are {known}")
    return Options(**options).resolved()
