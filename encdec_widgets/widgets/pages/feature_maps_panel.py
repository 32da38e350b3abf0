"""What the layers see: the maps of the selected block, of the network on screen and one image."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from encdec_widgets.explain.seen_positions import seen_by_blocks
from encdec_widgets.figures.charts.png import png_url
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.buttons import button, row_of
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.texts import NOTHING, error, heading, joined, note
from encdec_widgets.widgets.pages.feature_maps_shown import block_of_page, head_of_page, image_of_page
from encdec_widgets.widgets.pages.feature_maps_view import FeatureMapsView
from encdec_widgets.widgets.pages.feature_maps_words import pass_html, table_html
from encdec_widgets.workers.feature_maps import BlockMaps, FeatureMaps, FeatureMapsPass, PassTooLongError
from encdec_widgets.workers.feature_maps_pass import OWN, RANDOM
from encdec_widgets.workers.seen_image import sample_image, training_image
from encdec_widgets.workers.timing import Progress, TimingStopped, Worker, shared_worker

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.workers.training import Task

SAMPLE, OWN_IMAGE, TRAINING = "a sample", "own image", "training picture"
TRAINED = "trained"
WEIGHTS = {OWN: "the network's own", TRAINED: "of the last training", RANDOM: "random"}
"""What the choices of weights are called."""


class FeatureMapsPanel(widgets.VBox):
    """An image, the maps of the selected block, and a choice to see those of all blocks in the picture.

    Attributes:
        visible: Whether it is seen (a trait); while it is False, nothing is computed.
        image: Which image goes through the network.
        weights: With which weights.
        standardise: Whether the image is shifted and scaled to a mean of 0 and a standard deviation of 1.
        start: The button that begins a pass, and ends one that is under way.
        all_the_same: Begins one that is predicted to take long.
        in_boxes: Whether the liveliest channel of each block is seen in its box of the picture.
        view: The image and the maps.
        maps: The newest result, or None.
    """

    visible = traitlets.Bool(False)

    def __init__(
        self, session: Session, worker: Worker | None = None, say: Callable[[str], None] = unheard
    ) -> None:
        """Make the panel of the network that ``session`` shows.

        Args:
            session: The session.
            worker: The processes to work in; those of this kernel if left out.
            say: Is called with what is to be read aloud.
        """
        self._session, self._say = session, say
        self._worker = worker or shared_worker()
        self.maps: FeatureMaps | None = None
        self._in_picture: FeatureMaps | None = None
        self._of: Backbone | None = None  # of which the maps are, while they hold
        self._blocks_of: Backbone | None = None
        self._seen: Mapping[str, Any] = {}
        self._running: Backbone | None = None
        self._said, self._failed, self._too_long = "", False, False
        self._images: dict[str, Any] = {SAMPLE: None}
        self._trained: Any = None
        self._training_to_choose = False
        self.image = widgets.Dropdown(description="Image", options=[SAMPLE])
        self.weights = widgets.Dropdown(description="Weights", options=_choices(OWN, RANDOM))
        self.standardise = widgets.Checkbox(
            description="Standardise the image",
            tooltip="Shifts and scales it to a mean of 0 and a standard deviation of 1, as images to be learnt on are",
            indent=False,
        )
        self.start = button(
            session, "Show feature maps", "Runs the network once on the image", self._pressed, "primary"
        )
        self.all_the_same = button(
            session, "Show them all the same", "However long it takes", lambda: self.measure(None)
        )
        self.in_boxes = widgets.Checkbox(description="Also in the boxes of the picture", indent=False)
        self._message, self._words, self._table = (widgets.HTML() for _ in range(3))
        self.view = FeatureMapsView(self._own_image)
        super().__init__(
            [
                widgets.HTML(heading("Feature maps: what the layers see", 3)),
                self.image,
                self.weights,
                self.standardise,
                row_of(self.start, self.all_the_same),
                self._message,
                self.view,
                self._words,
                self.in_boxes,
                self._table,
            ]
        )
        self.add_class("encdec-group")
        self.add_class("encdec-maps")
        self.observe(session.guarded(lambda _: self._draw()), "visible")
        self.in_boxes.observe(session.guarded(lambda _: self._show_in_boxes()), "value")
        session.observe(self._network_changed, "shown")
        self._draw()

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        return f"{self._message.value}{self._words.value}{self._table.value}"

    @property
    def running(self) -> bool:
        """Whether a pass is under way."""
        return self._running is not None

    def offer_training(self, trained: Any, task: "Task") -> None:
        """Offer the weights of a training, and a picture of its task, from now on; the first time, both are chosen.

        The weights are offered while the design that was trained is on screen: those of another one would not fit.
        Where another one is on screen the first time, both are chosen once the trained one is back.

        Args:
            trained: What has the trained network as its ``backbone``, which is read when a pass with it begins, and its
                ``design``.
            task: What was learnt. Its picture is as large as the network's input, and standardised as in training.
        """
        if self._trained is None:
            self._training_to_choose = True
        self._trained = trained
        self._offer_image(TRAINING, lambda size: training_image(task, size), choose=False)
        self._offer_weights()
        self._of = None  # The weights are others now.
        self._draw()

    def measure(self, at_most_s: float | None = 1.0) -> None:
        """Begin a pass of the network on screen; the maps are shown when they come.

        Args:
            at_most_s: Seconds that it may be predicted to take; None for any.
        """
        shown = self._session.shown
        if shown is None or self.running:
            return
        backbone = shown.backbone
        self._running = backbone
        self._tell("Starting …")
        try:
            job = FeatureMapsPass.of(
                backbone,
                self._image_for(backbone),
                weights=self._trained if self.weights.value == TRAINED else self.weights.value,
                at_most_s=at_most_s,
                standardise=self.standardise.value and self.image.value != TRAINING,
            )
            self._worker.submit(
                job,
                on_done=lambda result: self._finished(backbone, result),
                on_progress=lambda progress: self._show_progress(backbone, progress),
            )
        except Exception as failure:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._finished(backbone, failure)
        except BaseException:  # an interrupt
            self._finished(backbone, TimingStopped())
            raise

    def stop(self) -> None:
        """End a pass that is under way."""
        if self.running:
            self._worker.stop()

    def close(self) -> None:
        """Stop what is computed, and close."""
        self.stop()
        self._running = None  # its result is not shown
        super().close()

    def _pressed(self) -> None:
        if self.running:
            self.stop()
        else:
            self.measure()

    def _image_for(self, backbone: "Backbone") -> Any:
        image, shape = self._images[self.image.value], backbone.design.input_shape
        if image is None:
            return sample_image()
        return image(max(64, *(side or 64 for side in shape[:2]))) if callable(image) else image

    def _own_image(self, name: str, pixels: Any) -> None:
        self._offer_image(f"{OWN_IMAGE}: {name}" if name else OWN_IMAGE, pixels, choose=True)
        if self.visible:
            self._session.guarded(self.measure)()

    def _offer_weights(self) -> None:
        """Offer the weights of the last training where they fit the network on screen, and choose them once."""
        shown, trained = self._session.shown, self._trained
        fit = shown is not None and trained is not None and trained.design == shown.backbone.design
        options = _choices(OWN, TRAINED, RANDOM) if fit else _choices(OWN, RANDOM)
        choose = fit and self._training_to_choose
        chosen = TRAINED if choose else self.weights.value
        if self.weights.options != tuple(options):
            self.weights.options = options
        self.weights.value = chosen if chosen in dict(options).values() else OWN
        if choose:
            self._training_to_choose = False
            self.image.value, self.standardise.value = TRAINING, True

    def _offer_image(self, name: str, image: Any, *, choose: bool) -> None:
        kind = name.partition(":")[0]
        chosen = self.image.value
        kept = {one: held for one, held in self._images.items() if one.partition(":")[0] != kind}
        self._images = {**kept, name: image}
        self.image.options = list(self._images)
        self.image.value = name if choose or chosen not in self._images else chosen

    def _show_progress(self, backbone: "Backbone", progress: Progress) -> None:
        if self._running is backbone:
            self._tell(f"{progress.doing[:1].upper()}{progress.doing[1:]} …")

    def _finished(self, backbone: "Backbone", result: Any) -> None:
        if self._running is not backbone:
            return
        self._running = None
        self._tell("")
        self._too_long = isinstance(result, PassTooLongError)
        if isinstance(result, TimingStopped):
            self._tell("Stopped.")
        elif isinstance(result, Exception):
            self._tell(str(result), failed=not self._too_long)
        else:
            self.maps, self._of, self._blocks_of, self._seen = result, backbone, backbone, {}
        self._draw()
        self._say(self._said or "The feature maps are shown.")

    def _network_changed(self, change: Any) -> None:
        before, shown = change["old"], change["new"]
        if before is not None and before.backbone is shown.backbone:
            if before.selected != shown.selected:
                self._draw()
            return
        self._too_long = False
        if not self.running:
            self._tell("")
        self._draw()

    def _tell(self, text: str, *, failed: bool = False) -> None:
        self._said, self._failed = text, failed
        self._show_message()

    def _show_message(self) -> None:
        said = joined([(error if self._failed else note)(self._said)]) if self._said else NOTHING
        if not self._said and self.maps is not None and not self._up_to_date:
            said = note("These maps are of the network before the last edit or training.")
        self._message.value = said
        self.start.description = "Stop" if self.running else "Show feature maps"
        self.all_the_same.layout.display = "" if self._too_long and not self.running else "none"

    @property
    def _up_to_date(self) -> bool:
        shown = self._session.shown
        return shown is not None and self._of is not None and shown.backbone is self._of

    def _draw(self) -> None:
        """Draw what is to be seen now; nothing while the page is not chosen."""
        self._show_in_boxes()
        if not self.visible:
            return
        self._offer_weights()
        self._show_message()
        maps = self.maps
        block = None if maps is None else self._block(maps)
        if maps is None or block is None or self._blocks_of is None:
            return
        if not self._seen:
            self._seen = seen_by_blocks(self._blocks_of.calls)
        with self.view.hold_sync():
            self.view.image, self.view.pixels = image_of_page(maps)
            self.view.block, self.view.tiles = block_of_page(block, self._seen.get(block.name))
            self.view.head, self.view.heat = head_of_page(maps, block.name)
        self._words.value = pass_html(maps, block)
        self._table.value = table_html(maps, block)

    def _block(self, maps: FeatureMaps) -> BlockMaps | None:
        """The selected block, as far as it is in the maps; else the first one."""
        shown = self._session.shown
        selected = () if shown is None else shown.selected_blocks
        found = [block for block in maps.blocks if block.name in selected]
        return next(iter((*found, *maps.blocks)), None)

    def _show_in_boxes(self) -> None:
        """Have the picture show the liveliest channel of each block, while that is wanted and holds."""
        wanted = self.maps if self.visible and self.in_boxes.value and self._up_to_date else None
        if wanted is self._in_picture:
            return
        self._in_picture = wanted
        blocks = () if wanted is None else wanted.blocks
        pictures = {block.name: png_url(block.tiles[0]) for block in blocks if len(block.tiles)}
        self._session.set_block_pictures(pictures)


def _choices(*values: str) -> list[tuple[str, str]]:
    return [(WEIGHTS[value], value) for value in values]
