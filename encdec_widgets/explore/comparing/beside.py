"""Comparing in the background: one comparison at a time, in spare time, and the newest one wins."""

from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal

import attrs

from encdec_widgets._keras import keras, keras_is_loaded
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import Background, Priority, Task, shared_background
from encdec_widgets.designs.design import Design
from encdec_widgets.explain.costs import Precision
from encdec_widgets.explore.compared import ComparedDesigns, compared_in_steps
from encdec_widgets.explore.comparing.given import Given
from encdec_widgets.explore.tell import reason_in_words
from encdec_widgets.networks.building import BuildTooLongError
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.workers.timing.raced import Raced
from encdec_widgets.workers.timing.result import Timing

GIVE_UP_S = 30.0
"""A design that takes longer to build is given up."""


@attrs.frozen(kw_only=True, eq=False)
class Asked:
    """A design to be compared.

    Attributes:
        name: What it is called.
        design: The design.
        backbone: Its network, where it was built.
        timing: Its time, where it was measured.
        input_scale: By what the camera's images are multiplied in size before the network sees them.
    """

    name: str
    design: Design
    backbone: Backbone | None = None
    timing: Timing | None = None
    input_scale: float = 1.0


class Comparer:
    """Compares designs in the background where an event loop runs; without one, before :meth:`ask` returns.

    Networks are built in spare time, a block at a time: whatever else is built goes first. Those of the designs that
    were asked for last are kept, so that one more design is one more network.
    """

    def __init__(
        self,
        on_compared: Callable[[ComparedDesigns, tuple[str, ...]], object],
        on_failed: Callable[[Exception], object],
        background: Background | None = None,
    ) -> None:
        """Compare nothing yet.

        Args:
            on_compared: Is called with each comparison and its pictures, on the event loop on which it was asked for.
            on_failed: Is called with what a user's class has raised while its network was told of.
            background: Where to work; the one that all share if left out.
        """
        self._on_compared, self._on_failed = on_compared, on_failed
        self._background = background or shared_background()
        # A list of pairs, as what a user's block holds may have no hash.
        self._kept: list[tuple[Design, Given]] = []

    def ask(
        self,
        asked: Sequence[Asked],
        batch_size: int,
        precision: Precision | None,
        theme: Literal["light", "dark"] = "light",
        race: Raced | None = None,
        animal_px: float | None = None,
    ) -> None:
        """Begin to compare; an earlier comparison is dropped.

        Args:
            asked: The designs, one at least.
            batch_size: As in :func:`encdec_widgets.compare_designs`.
            precision: As there.
            theme: Of the pictures.
            race: The race that some of the times are from.
            animal_px: As there.
        """
        self.stop()
        policy = keras.config.dtype_policy() if keras_is_loaded() else None

        def work(task: "Task[None]") -> Generator[None, None, None]:
            try:
                given = []
                for one in asked:
                    built = yield from self._given(one, policy, task)
                    given.append(attrs.evolve(built, input_scale=one.input_scale))
                    yield
                self._kept = [
                    (one.design, built)
                    for one, built in zip(asked, given, strict=True)
                    if one.backbone is None
                ]
                timings = [one.timing for one in asked]
                compared = yield from compared_in_steps(
                    given, timings, batch_size, precision, race, animal_px
                )
                pictures = compared.pictures(theme)
            except Exception as error:  # noqa: BLE001 - a user's class may raise anything; it is told
                task.tell(self._on_failed, error)
            else:
                task.tell(self._on_compared, compared, pictures)

        self._background.begin(work, key=self, priority=Priority.SPARE)

    def stop(self) -> None:
        """Drop what is under way: nothing of it will be told."""
        self._background.drop(self)

    def forget(self) -> None:
        """Stop, and keep no network."""
        self.stop()
        self._kept = []

    def _given(self, one: Asked, policy: Any, task: "Task[None]") -> Generator[None, None, Given]:
        """A design with its network: the one that is there, or is kept, or is built now."""
        if one.backbone is not None:
            return Given(one.name, one.design, one.backbone)
        kept = next((built for design, built in self._kept if design == one.design), None)
        if kept is not None:
            return attrs.evolve(kept, name=one.name)
        try:
            backbone = yield from build_in_steps(
                one.design,
                on_block=lambda _: task.check(),
                gives_way=lambda: task.over or (one_at_a_time.awaited and not task.inline),
                policy=policy,
                at_most_s=GIVE_UP_S,
                suggests=False,
            )
        except BuildTooLongError:
            return Given(one.name, one.design, None, f"Building it takes longer than {GIVE_UP_S:.0f} s.")
        except Exception as error:  # noqa: BLE001 - a user's class may raise anything; it becomes the reason
            return Given(one.name, one.design, None, reason_in_words(error))
        return Given(one.name, one.design, backbone)
