"""The advisor: which designs meet a person's wishes, and what would have to give way where none does."""

from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any

import attrs

from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.explore.advising.advice import AIMS, Advice, Advised, Aim, GiveWay, More
from encdec_widgets.explore.advising.candidate import Candidate
from encdec_widgets.explore.advising.looked import POLICY
from encdec_widgets.explore.advising.measured import others_may_be_better, with_measured
from encdec_widgets.explore.advising.search import SEARCHED, Search, Step, saying
from encdec_widgets.explore.advising.space import chosen_families, shapes, size_of_space
from encdec_widgets.explore.advising.words import (
    aim_text,
    deeper_text,
    finer_text,
    give_way_text,
    name_of,
    no_more_exact_text,
    sure_texts,
    untested_text,
    wider_text,
    wish_text,
)
from encdec_widgets.explore.figures_of import figures_of
from encdec_widgets.explore.requirements import Requirements, Wish
from encdec_widgets.explore.tell import TELLS
from encdec_widgets.explore.this_machine import one_at_a_time_on_this_machine
from encdec_widgets.formatting import error_text
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.timing.calibrating import Calibrated, calibrated
from encdec_widgets.workers.timing.calibration import Calibration

OnProgress = Callable[[Step], None]
_TOLD = ("cost", "receptive_field", "strides", "checks")


def advise(
    *,
    animal_px: float,
    image_px: int | tuple[int, int],
    memory: Any = None,
    work: str = "training",
    images_per_second: float | None = None,
    batch_size: int = 1,
    device: str | None = None,
    family: str | Sequence[str] | None = None,
    within_px: float | None = None,
    precision: str = "float32",
    channels: int = 1,
    measure: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> Advice:
    """Find designs that meet some wishes: the fastest, the smallest, and the one with the most exact output.

    It chooses among the families with other levels, outputs, ways of upsampling, widths and scales of the images.
    Exact bounds leave few of these to be built, which takes seconds; nothing is run, unless a time is asked for.

    Args:
        animal_px: Length of the animal in px of the camera's image: each position of the output is to see all of it.
        image_px: Height and width of the camera's images in px, or one number for squares.
        memory: What there is: bytes, a text such as "8 GB", or the name of a card of
            :data:`encdec_widgets.explore.cards.CARDS`; None for no wish.
        work: What memory and speed are wished of: "training" for a training step, "forward" for a forward pass.
        images_per_second: How many images that work must take a second; None for no wish.
        batch_size: Images that go through the network at once.
        device: The device of this machine that times are predicted for: "auto", "CPU", "GPU:0". None where the network
            is for another machine: a wish for speed is reported as untested then.
        family: The name of a family, or several; None for all that can be varied.
        within_px: How far off a point may lie for the cells of the output alone, in px of the camera's image; a 40th of
            the animal if left out.
        precision: "float32", "mixed_float16" or "mixed_bfloat16".
        channels: Of the images: 1 for grey, 3 for colour.
        measure: Whether to time the designs that are advised on the device, and to say how far predictions were off.
        on_progress: Is called with how far the search is.

    Raises:
        FieldError: (a ValueError) If a wish is not possible, or there is no such family.

    Example:
        >>> from encdec_widgets import advise
        >>> advice = advise(animal_px=100, image_px=(512, 512), memory="8 GB", batch_size=4, family="U-Net")
        >>> best = advice["smallest"]
        >>> best.input_scale, best.design.architecture.down_blocks, best.figures["receptive_field"]
        (0.25, 2, 48)
        >>> best.binds, best.largest_batch
        ('fineness', 391)
        >>> advise(animal_px=100, image_px=512, memory="4 MB", family="U-Net").give_way[0].wishes
        ('memory',)
    """
    wanted = Requirements(
        animal_px=animal_px,
        image_px=image_px,
        memory=memory,
        work=work,
        images_per_second=images_per_second,
        batch_size=batch_size,
        within_px=within_px,
        device=device,
        precision=precision,
        channels=channels,
    )
    names = chosen_families(family)
    speed, why = (None, "") if wanted.device is None else _speed(wanted)
    if why:
        wanted = attrs.evolve(wanted, device=None)
    advice = _to_the_end(advise_in_steps(wanted, names, speed), on_progress)
    if why:
        advice = attrs.evolve(advice, untested=f"The speed could not be tested: {why}.")
    if not measure or not advice.advised:
        return advice
    measured, slower = with_measured(advice)
    if others_may_be_better(measured, slower):
        # What was measured says how far predictions are off: choose again with that, once.
        again = _to_the_end(advise_in_steps(wanted, names, speed, slower=slower), on_progress)
        if again.advised:
            return with_measured(again)[0]
    return measured


def advise_in_steps(
    wanted: Requirements,
    families: Sequence[str],
    speed: Calibrated | None = None,
    *,
    slower: float = 1.0,
    gives_way: Callable[[], bool] = lambda: False,
) -> Generator[Step, None, Advice]:
    """As :func:`advise`, in steps between which something else can be done; nothing is timed.

    Args:
        wanted: What must hold.
        families: Names of the families to choose from.
        speed: The speed of the device; None where no time is predicted.
        slower: By what predictions are multiplied, after some were measured.
        gives_way: Says before each block of a network whether something else is to be done first.

    Yields:
        How far the search is, before each network that is built.

    Returns:
        The advice.
    """
    search = Search(
        wanted=wanted,
        families=families,
        calibration=None if speed is None else speed.calibration,
        slower=slower,
        gives_way=gives_way,
    )
    designs = size_of_space(families)
    found = yield from search.best()
    advised: list[Advised] = []
    for number, aim in enumerate(AIMS if found else ()):
        best = min(found, key=lambda candidate: _order(aim, candidate))
        looking = _Looking(search, f"design {number + 1} of {len(AIMS)}", number)
        more = yield from _more(looking, best)
        step = looking.step("building it for its own images", 3)
        yield step
        steps = build_in_steps(best.design, suggests=False, policy=POLICY, gives_way=gives_way)
        backbone = yield from saying(step, steps)
        same = next((one.aim for one in advised if one.design == best.design), None)
        one = attrs.evolve(_advised(best, aim, more, backbone), same_as=same)
        told = filter(None, [no_more_exact_text(one, advised)])
        advised.append(attrs.evolve(one, reasons=(one.reasons[0], *told, *one.reasons[1:])))
    give_way = () if found else (yield from _give_way(search))
    untested = untested_text(wanted) if wanted.leaves_speed_untested else ""
    device = "" if speed is None else speed.device
    bounds_hold = speed is None or wider_is_slower(speed.calibration)
    return Advice(
        wanted=wanted,
        families=tuple(families),
        advised=tuple(advised),
        give_way=tuple(give_way),
        designs=designs,
        built=search.built,
        sure=tuple(sure_texts(wanted, designs, search.built, device, bounds_hold, slower)),
        untested=untested,
    )


def wider_is_slower(calibration: Calibration) -> bool:
    """Whether a layer with more channels never takes less time, as predicted: rates grow less than products do.

    The multiply-adds of a convolution grow with the square of its channels, so it is so where from one measured number
    of channels to the next the rate grows by less than that.
    """
    rates = calibration.convolution_rates
    return all(after / before <= (wide / narrow) ** 2 for (narrow, before), (wide, after) in pairwise(rates))


def _order(aim: Aim, candidate: Candidate) -> tuple[float, ...]:
    """What the best design of an aim has the least of."""
    if aim == "smallest":
        return candidate.parameters, candidate.multiply_adds
    if aim == "most exact output":
        return candidate.fineness.cell_px, candidate.multiply_adds
    ms = candidate.predicted_ms
    return (candidate.multiply_adds if ms is None else ms), candidate.parameters


def _advised(best: Candidate, aim: Aim, more: Sequence[More], backbone: Backbone) -> Advised:
    """The design of an aim, whose figures are read from its network as it is built for its own images."""
    wanted = best.wanted
    conditions: dict[str, Any] = {
        "batch_size": wanted.batch_size,
        "precision": wanted.precision,
        "animal_px": wanted.animal_px,
        "input_scale": best.scale,
        "memory_bytes": wanted.memory,
    }
    told = {name: TELLS[name](backbone, conditions) for name in _TOLD}  # type: ignore[arg-type]
    needs = {wish: best.needs(wish) for wish in wanted.wishes}
    return Advised(
        aim=aim,
        name=name_of(best),
        family=best.shape.family,
        design=best.design,
        input_scale=best.scale,
        figures=figures_of(told),
        fineness=best.fineness,
        largest_batch=best.largest_batch,
        predicted_ms=best.predicted_ms,
        needs=needs,
        reasons=(
            aim_text(best, aim),
            *(wish_text(best, wish) for wish in wanted.wishes),
        ),
        more=tuple(more),
        checks=tuple(check["reason"] for check in told["checks"]),
    )


@attrs.frozen
class _Looking:
    """Looking more closely at one of the designs that are advised, in four parts."""

    search: Search
    which: str
    number: int

    def step(self, what: str, part: int) -> Step:
        done = (self.number + part / 4) / len(AIMS)
        share = SEARCHED + (1 - SEARCHED) * done
        return Step(doing=f"{self.which}: {what}", built=self.search.built, share=share)

    def at(self, one: Candidate, what: str, part: int) -> Generator[Step, None, Candidate]:
        """A network that is built, in steps."""
        step = self.step(what, part)
        yield from self.search.looking_closely(one, step.doing, step.share)
        return one


def _more(looking: _Looking, best: Candidate) -> Generator[Step, None, list[More]]:
    """What a design could have more of: width as long as it meets all, and one step of each other kind."""

    def more(what: str, after: Candidate, text: str) -> More:
        return More(what=what, design=after.design, input_scale=after.scale, missed=after.missed, text=text)

    found = []
    wider = [attrs.evolve(best, architecture=one) for one in best.shape.wider()]
    fit, too_many = 0, len(wider)
    while (
        fit < too_many
    ):  # Each costs more than the one before: the first that misses a wish is found by halves.
        middle = (fit + too_many) // 2
        one = yield from looking.at(wider[middle], "looking how wide it could be", 0)
        fit, too_many = (fit, middle) if one.missed else (middle + 1, too_many)
    widest, too_wide = next(iter(wider[:fit][-1:]), None), next(iter(wider[fit:]), None)
    after = widest or too_wide
    if after is not None:
        found.append(more("wider", after, wider_text(widest, too_wide)))
    if (finer := _finer(looking.search, best)) is not None:
        yield from looking.at(finer, "looking at a finer output", 1)
        found.append(more("finer output", finer, finer_text(best, finer)))
    if (deeper := _deeper(looking.search, best)) is not None:
        yield from looking.at(deeper, "looking at one level more", 2)
        found.append(more("sees further", deeper, deeper_text(deeper)))
    return found


def _finer(search: Search, best: Candidate) -> Candidate | None:
    """The same network with an output twice as fine; at the finest, with larger images."""
    others = [
        shape
        for shape in shapes(best.shape.family)
        if (shape.levels, shape.upsampling) == (best.shape.levels, best.shape.upsampling)
        and shape.output_stride < best.shape.output_stride
    ]
    if others:
        return search.candidate(max(others, key=lambda shape: shape.output_stride), best.scale)
    larger = [scale for scale in search.scales if scale > best.scale]
    return search.candidate(best.shape, min(larger)) if larger else None


def _deeper(search: Search, best: Candidate) -> Candidate | None:
    """The same network with one level more."""
    for shape in shapes(best.shape.family):
        now = best.shape
        if (shape.levels, shape.output_stride, shape.upsampling) == (
            now.levels + 1,
            now.output_stride,
            now.upsampling,
        ):
            return search.candidate(shape, best.scale)
    return None


def _give_way(search: Search) -> Generator[Step, None, tuple[GiveWay, ...]]:
    """Which wishes would have to give way, the fewest together, and what each costs."""
    wishes = search.wanted.wishes
    for count in range(1, 1 + len(wishes)):
        found: list[GiveWay] = []
        for giving in combinations(wishes, count):
            nearest = yield from search.nearest(giving)
            found += [_given_up(one, giving) for one in nearest]
        if found:
            return tuple(found)
    return ()


def _given_up(one: Candidate, giving: tuple[Wish, ...]) -> GiveWay:
    return GiveWay(
        wishes=giving,
        design=one.design,
        input_scale=one.scale,
        needs={wish: one.needs(wish) for wish in giving},
        text=give_way_text(one, giving),
    )


def _speed(wanted: Requirements) -> tuple[Calibrated | None, str]:
    """The speed of the device; or why it is not known."""
    try:
        with one_at_a_time_on_this_machine():
            return calibrated(device=wanted.device, precision=wanted.precision), ""
    except (TimingError, ImportError) as error:
        return None, error_text(error)


def _to_the_end(steps: Generator[Step, None, Advice], on_progress: OnProgress) -> Advice:
    def told() -> Iterator[Step]:
        advice.append((yield from steps))

    advice: list[Advice] = []
    for step in told():
        on_progress(step)
    return advice[0]
