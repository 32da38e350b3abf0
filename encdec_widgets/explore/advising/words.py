"""The sentences of the advisor: how a design meets each wish, and what a wish costs that none meets."""

import math
from collections.abc import Iterator, Sequence

from encdec_widgets.architectures.fields.described import field_words
from encdec_widgets.explore.advising.advice import Advised, Aim
from encdec_widgets.explore.advising.candidate import Candidate
from encdec_widgets.explore.requirements import WISH_NAMES, Requirements, Wish
from encdec_widgets.formatting import (
    bytes_text,
    count_text,
    counted,
    digits,
    exact_text,
    factor_text,
    listed,
    number_text,
    px_text,
    shape_text,
    stride_text,
)

_UPSAMPLING = {True: "interpolation", False: "transposed convolution"}
_DOUBTFUL = 1 / 3
"""A prediction may be off by a factor of 3: one that takes more of what a wish allows may miss it."""


def name_of(candidate: Candidate) -> str:
    """A design in a few words: all in which designs of the space can differ."""
    way = _UPSAMPLING.get(candidate.shape.upsampling)
    scale = candidate.scale
    parts = [
        candidate.shape.family,
        widths_text(candidate),
        f"maximum stride {candidate.architecture.maximum_stride}",
        f"output stride {stride_text(candidate.shape.output_stride)}",
        *([f"upsampling by {way}"] if way else []),
        "images not scaled" if scale == 1 else f"images scaled to {number_text(scale)}",
    ]
    return ", ".join(parts)


def widths_text(candidate: Candidate) -> str:
    """How wide it is: its fields in channels, and the rate at which these grow."""
    names = candidate.architecture.width_fields
    parts = [_width_text(field_words(name), getattr(candidate.architecture, name)) for name in names]
    rate = getattr(candidate.architecture, "filters_rate", None)
    return ", ".join(parts) + (f" × {number_text(rate)} a level" if rate is not None else "")


def _width_text(words: str, value: int) -> str:
    return f"{value} {words}" if words.endswith("s") else f"{words} {value}"


def scaled_text(candidate: Candidate) -> str:
    """The scale of its images, and the size that they have then."""
    size = shape_text(candidate.size)
    return size if candidate.scale == 1 else f"scaled to {number_text(candidate.scale)} ({size})"


def work_text(wanted: Requirements) -> str:
    """What is done, with how many images."""
    work = "A training step" if wanted.work == "training" else "A forward pass"
    return f"{work} of {counted(wanted.batch_size, 'image')}"


def wish_text(candidate: Candidate, wish: Wish) -> str:
    """How a design meets a wish, or misses it, in a sentence."""
    wanted = candidate.wanted
    if wish == "animal":
        return f"{_sees(candidate)}; the animal is {px_text(wanted.animal_px)} long (exact)."
    if wish == "memory":
        fits = f"; up to {counted(candidate.largest_batch or 0, 'image')} fit at once"
        return (
            f"{work_text(wanted)} takes about {bytes_text(candidate.memory_bytes)} (an estimate), of "
            f"{bytes_text(wanted.memory or 0)}{fits if candidate.largest_batch else ''}."
        )
    if wish == "speed":
        doubt = " The prediction may be off by a factor of 2 or 3, so this wish may be missed: the measured time tells."
        return (
            f"{digits(candidate.images_per_second or 0)} images a second in {work_noun(wanted)} are predicted; "
            f"{wished_speed(wanted)} are wished.{doubt if candidate.needs(wish) > _DOUBTFUL else ''}"
        )
    return candidate.fineness.words


def _sees(candidate: Candidate) -> str:
    sees = candidate.looked.sees_px
    if math.isinf(sees):
        return "Every position of the output sees the whole image"
    if candidate.scale == 1:
        return f"Every position of the output sees at least {px_text(sees)}"
    return (
        f"Every position of the output sees at least {px_text(sees)} of the scaled image, "
        f"{px_text(math.floor(sees / candidate.scale))} of the camera's"
    )


def wished_speed(wanted: Requirements) -> str:
    """How many images a second are wished, with all digits."""
    return f"{wanted.images_per_second or 0:,.10g}"


def all_wishes(wanted: Requirements) -> str:
    """What a design meets that meets all that could be tested."""
    return "all wishes but the speed, which is untested," if wanted.leaves_speed_untested else "all wishes"


def no_more_exact_text(one: Advised, others: Sequence[Advised]) -> str:
    """That the design with the most exact output is no more exact than another one; empty where it is."""
    same = next((other for other in others if other.fineness.cell_px == one.fineness.cell_px), None)
    if one.aim != "most exact output" or same is None:
        return ""
    return f"The design under “{same.title}” has cells of the same size, so that this one is no more exact."


def work_noun(wanted: Requirements) -> str:
    """What is done, as a noun."""
    return "training" if wanted.work == "training" else "forward passes"


def aim_text(candidate: Candidate, aim: Aim) -> str:
    """Why a design is the one of an aim."""
    meets = all_wishes(candidate.wanted)
    if aim == "smallest":
        count = exact_text(candidate.parameters)
        return f"It has {count} parameters (exact): no design that meets {meets} has fewer."
    if aim == "most exact output":
        return (
            f"Its output has cells of {px_text(candidate.fineness.cell_px)} of the camera's image (exact): no design "
            f"that meets {meets} has smaller ones, and none with such cells has fewer multiply-adds than its "
            f"{count_text(candidate.multiply_adds)}."
        )
    if candidate.predicted_ms is None:
        return (
            f"It has {count_text(candidate.multiply_adds)} multiply-adds an image (exact): no design that meets "
            f"{meets} has fewer. They stand for the time, as no device was named."
        )
    return (
        f"A run of {counted(candidate.wanted.batch_size, 'image')} is predicted to take "
        f"{digits(candidate.predicted_ms)} ms, {digits(candidate.images_per_second or 0)} images a second: no design "
        f"that meets {meets} is predicted to be faster."
    )


def cost_text(candidate: Candidate, wish: Wish) -> str:
    """What a wish would have to be for a design to meet it."""
    wanted = candidate.wanted
    if wish == "memory":
        needed, there_is = bytes_text(candidate.memory_bytes), bytes_text(wanted.memory or 0)
        return f"the memory would have to be {needed} instead of {there_is}"
    if wish == "speed":
        return (
            f"{digits(candidate.images_per_second or 0)} images a second are predicted instead of "
            f"{wished_speed(wanted)}"
        )
    if wish == "animal":
        longest = math.floor(candidate.looked.sees_px / candidate.scale)
        return f"the animal could be at most {px_text(longest)} long instead of {px_text(wanted.animal_px)}"
    within = px_text(candidate.fineness.limit_px)
    return f"points would be found to within {within} instead of {px_text(wanted.fineness_px)}"


def give_way_text(candidate: Candidate, wishes: Sequence[Wish]) -> str:
    """What the wishes cost that no design meets together with the others."""
    others = [WISH_NAMES[wish] for wish in candidate.wanted.wishes if wish not in wishes]
    rest = f" All else holds: {listed(others, most=4)}." if others else ""
    costs = listed([cost_text(candidate, wish) for wish in wishes], most=4)
    names = listed([WISH_NAMES[wish] for wish in wishes], most=4)
    return f"If {names} gave way, {costs} ({name_of(candidate)}).{rest}"


def wider_text(widest: Candidate | None, too_wide: Candidate | None) -> str:
    """How wide a design could be."""
    texts = []
    if widest is not None:
        texts.append(f"With {widths_text(widest)} it would still meet {_still(widest)}: {_figures(widest)}.")
    if too_wide is not None:
        texts.append(f"With {widths_text(too_wide)}, {_costs(too_wide)}.")
    return " ".join(texts)


def finer_text(before: Candidate, after: Candidate) -> str:
    """What a finer output would take."""
    larger = "" if after.scale == before.scale else f"images {scaled_text(after)} and so "
    return _step_text(f"With {larger}cells of {px_text(after.fineness.cell_px)}", after)


def deeper_text(after: Candidate) -> str:
    """What one level more would take."""
    sees = px_text(math.floor(after.looked.sees_px / after.scale))
    return _step_text(f"With one level more, each position would see {sees} of the camera's image;", after)


def _step_text(change: str, after: Candidate) -> str:
    if after.missed:
        return f"{change.removesuffix(';')}{';' if change.endswith(';') else ','} {_costs(after)}."
    return f"{change} it would still meet {_still(after)}: {_figures(after)}."


def _still(candidate: Candidate) -> str:
    return all_wishes(candidate.wanted).removesuffix(",")


def _costs(candidate: Candidate) -> str:
    return listed([cost_text(candidate, wish) for wish in candidate.missed], most=4)


def _figures(candidate: Candidate) -> str:
    speed = (
        [f"{digits(candidate.images_per_second)} images a second predicted"]
        if candidate.images_per_second
        else []
    )
    parts = [
        f"{count_text(candidate.parameters)} parameters",
        f"about {bytes_text(candidate.memory_bytes)}",
        *speed,
    ]
    return ", ".join(parts)


def sure_texts(
    wanted: Requirements, designs: int, built: int, device: str, bounds_hold: bool, slower: float
) -> Iterator[str]:
    """What is exact, predicted and assumed."""
    yield (
        f"{exact_text(designs)} designs were chosen from; {exact_text(built)} networks were built for it now, as exact "
        "bounds rule out the others and what was built before is remembered."
    )
    yield (
        "Parameters, multiply-adds, strides and what each position sees are exact, read from networks that were built; "
        "memory is an estimate, without the backend itself and its workspaces."
    )
    if wanted.within_px is None:
        yield (
            f"How exactly points are to be found was not said: half a cell of the output is taken to be at most "
            f"{px_text(wanted.fineness_px)}, a 40th of the animal."
        )
    if device:
        yield (
            f"Times are predicted for {device} on this machine, from tiny networks that were timed there, and hold for "
            "no other device; a prediction may be off by a factor of 2 or 3."
        )
        if slower != 1:
            yield (
                f"Predictions are {factor_text(slower)} times what they were at first, as designs that were timed "
                "took that much."
            )
        if not bounds_hold:
            yield (
                "On this device some wider layers take less time than narrower ones, so a wider network may be faster "
                "than the one that is named."
            )


def untested_text(wanted: Requirements) -> str:
    """Why a wish for speed is not held against anything."""
    return (
        f"The wish for {wished_speed(wanted)} images a second in {work_noun(wanted)} is untested: only of this "
        "machine's devices are times known. With one of these as the device, such as the CPU, the wish is tested."
    )
