"""One HTML file with a network and its neighbours: no server, no network request, no other file.

Every network of it is really built. What a page shows of each is a piece of HTML; a small script puts in its place the
one that the sliders ask for.
"""

import base64
import hashlib
import json
import math
import sys
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from markupsafe import Markup

from encdec_widgets.backbone import Backbone, build_backbone, build_in_steps
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import family_name, preset_name
from encdec_widgets.explore.what_if import reason_of
from encdec_widgets.export.file import file_to_write, write_file
from encdec_widgets.export.page.choices import Choice, Vary, choices, combinations, with_values
from encdec_widgets.export.page.network import network_html, sentence
from encdec_widgets.figures.palette import DARK, LIGHT, variables_of
from encdec_widgets.networks.building import BuildTooLongError

if TYPE_CHECKING:
    from encdec_widgets.networks.building import How

OnProgress = Callable[[int, int], object]
"""Is called with how many networks are built, and how many there are."""
_FOLDER = Path(__file__).parent
_GIVE_UP_S = 30.0
"""A network that takes longer to build is given up; the page says so."""
_SLIDER = Markup(
    '<div class="control"><label for="field{n}">{label}</label><input type="range" id="field{n}" min="0" max="{last}" '
    'step="1" value="{now}" data-texts="{texts}" aria-valuetext="{text}" aria-describedby="help{n}"><span '
    'class="value" aria-hidden="true">{text}</span><span class="help" id="help{n}">{help}</span></div>'
)
_LIST = Markup(
    '<div class="control"><label for="field{n}">{label}</label><select id="field{n}" data-texts="{texts}" '
    'aria-describedby="help{n}">{options}</select><span class="value" aria-hidden="true">{text}</span><span '
    'class="help" id="help{n}">{help}</span></div>'
)
_OPTION = Markup('<option value="{}"{}>{}</option>')


def to_html(
    design: Design,
    path: Any = None,
    vary: Vary = None,
    *,
    progress: bool | OnProgress = True,
    overwrite: bool = False,
) -> str | Path:
    """Write a page about a design that needs nothing: one file, which opens from a disk.

    Args:
        design: The design.
        path: The file to write; without one, the text is returned.
        vary: Up to three fields that have a slider, or values by field: ``{"filters": (8, 16, 32)}``. Left out, it is
            ``filters`` and ``down_blocks`` or, where the network has none, its first numbers. An empty list: none.
        progress: Whether to say on the error stream how far it is; or a function that is called with how many networks
            are built, and how many there are.
        overwrite: Whether a file that is there may be replaced.

    Returns:
        The text, or the path of the file.

    Raises:
        ValueError: If a field can't be varied, or there would be too many networks.
        FileExistsError: If there is a file, and ``overwrite`` is False.

    Example:
        >>> from encdec_widgets import preset
        >>> page = to_html(preset("SLEAP centroid"), vary={"filters": (8, 16)}, progress=False)
        >>> page.count("<svg"), "parameters" in page
        (2, True)
    """
    if path is not None:
        file_to_write(path, overwrite=overwrite)  # before the work
    tell = _told if progress is True else progress or _untold
    text = to_the_end(page_in_steps(build_backbone(design), vary, tell))
    return text if path is None else write_file(path, text.encode(), overwrite=overwrite)


def page_in_steps(
    backbone: Backbone, vary: Vary = None, on_progress: OnProgress = lambda *_: None, **how: "Unpack[How]"
) -> Generator[None, None, str]:
    """As :func:`to_html`, of a network that is built, in steps between which something else can be done.

    Args:
        backbone: The network.
        vary: As of :func:`to_html`.
        on_progress: Is called when a network is built.
        **how: How each is built: see :func:`encdec_widgets.networks.building.network_in_steps`.

    Yields:
        None after each step.

    Returns:
        The text of the page.
    """
    chosen = choices(backbone.design, vary)
    total = math.prod(len(one.values) for one in chosen)
    now = tuple(one.values[one.current] for one in chosen)
    networks: list[dict[str, str]] = []
    for values in combinations(chosen):
        if values == now:
            networks.append(_said(backbone))
        else:
            networks.append((yield from _variant(backbone.design, chosen, values, how)))
        on_progress(len(networks), total)
        yield
    return _page(backbone, chosen, networks)


def _variant(
    design: Design, chosen: Sequence[Choice], values: Sequence[Any], how: "How"
) -> Generator[None, None, dict[str, str]]:
    """What a page says of a network with other values; where there is none, why."""
    try:
        other = with_values(design, chosen, values)
        limited: How = {"at_most_s": _GIVE_UP_S, **how}
        built = yield from build_in_steps(other, suggests=False, **limited)
        return _said(built)
    except BuildTooLongError:
        return {"error": "it takes too long to build"}
    except Exception as error:  # noqa: BLE001 - a user's class may raise anything; it is said on the page
        return {"error": reason_of(error, design).rstrip(".")}


def _said(backbone: Backbone) -> dict[str, str]:
    return {"html": str(network_html(backbone)), "words": sentence(backbone)}


def _page(backbone: Backbone, chosen: Sequence[Choice], networks: list[dict[str, str]]) -> str:
    design = backbone.design
    title = preset_name(design) or family_name(design)
    style = "\n".join(
        (
            f":root {{ {variables_of(LIGHT)} }}",
            f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {variables_of(DARK)} }} }}",
            (_FOLDER / "page.css").read_text(encoding="utf-8"),
        )
    )
    script = (_FOLDER / "page.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    counts = [len(one.values) for one in chosen]
    return str(
        Markup((_FOLDER / "page.html").read_text(encoding="utf-8")).format(
            policy=policy,
            title=title,
            style=Markup(style),
            controls=_controls(chosen),
            network=network_html(backbone),
            networks=_json({"counts": counts, **_in_pieces(networks)}) if chosen else Markup("{}"),
            script=Markup(script),
        )
    )


def _in_pieces(networks: Sequence[dict[str, str]]) -> dict[str, Any]:
    """What the networks say, in half as many bytes: each element once, and for a network the numbers of its elements.

    Sorted, as what begins alike then stands together, which compresses well.
    """
    texts = [said.get("html", "").split("<") for said in networks]
    pieces = sorted({piece for text in texts for piece in text})
    numbers = {piece: number for number, piece in enumerate(pieces)}
    said_so = [
        {**said, "html": [numbers[piece] for piece in text]} if "html" in said else said
        for said, text in zip(networks, texts, strict=True)
    ]
    return {"pieces": pieces, "networks": said_so}


def _controls(chosen: Sequence[Choice]) -> Markup:
    if not chosen:
        return Markup()
    parts = Markup().join(_control(number, choice) for number, choice in enumerate(chosen))
    return Markup('<form class="controls" aria-label="What varies" hidden>{}</form>').format(parts)


def _control(number: int, choice: Choice) -> Markup:
    texts, now = choice.texts, choice.current
    common = {
        "n": number,
        "label": choice.label,
        "texts": json.dumps(texts),
        "text": texts[now],
        "help": choice.info.help,
    }
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in choice.values):
        return _SLIDER.format(**common, last=len(texts) - 1, now=now)
    options = Markup().join(
        _OPTION.format(n, Markup(" selected") if n == now else "", text) for n, text in enumerate(texts)
    )
    return _LIST.format(**common, options=options)


def _json(data: Any) -> Markup:
    """Data for a script: nothing in it can end the element in which it stands."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("</", "<\\/").replace("<!", "\\u003c!").replace("<s", "\\u003cs"))


def _hash(text: str) -> str:
    """By which a browser knows that a script or a style sheet is the page's own, and runs no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _told(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    print(f"\rpage: {done} of {total} networks", end=end, file=sys.stderr, flush=True)


def _untold(_: int, __: int) -> None:
    pass
