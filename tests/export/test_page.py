"""The page that needs nothing: what stands in it was built, what is impossible is said, and nothing breaks out."""

import asyncio
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleConvBlock
from encdec_widgets.backbone import build_backbone
from encdec_widgets.background import Background
from encdec_widgets.export.page.choices import MOST_CHOSEN, choices
from encdec_widgets.export.page.in_background import make_page
from encdec_widgets.export.page.page import page_in_steps
from encdec_widgets.formatting import count_text, exact_text
from tests.both_forms import in_both_forms as in_both_forms
from tests.builds import built

SMALL = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
FIELDS = {"filters": (2, 4), "down_blocks": (1, 2, 7)}


def _networks(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" class="networks">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    for said in data["networks"]:
        if "html" in said:
            said["html"] = "<".join(data["pieces"][number] for number in said["html"])
    return dict(data)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def _elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Elements()
    parser.feed(page)
    return parser.seen


def test_each_network_of_a_page_was_built_and_an_impossible_one_is_said() -> None:
    told: list[tuple[int, int]] = []
    page = str(SMALL.to_html(vary=FIELDS, progress=lambda done, total: told.append((done, total))))
    assert told == [(n, 6) for n in range(1, 7)]
    data = _networks(page)
    assert data["counts"] == [2, 3]
    combinations = [(filters, down) for filters in (2, 4) for down in (1, 2, 7)]
    for (filters, down), said in zip(combinations, data["networks"], strict=True):
        if down == 7:
            assert "maximum stride, 128" in said["error"]
            continue
        backbone = built(SMALL.replace_all({"filters": filters, "down_blocks": down}))
        parameters = f'title="{exact_text(backbone.parameters)}">{count_text(backbone.parameters)}<'
        assert parameters in said["html"]
        assert backbone.design.to_text() in said["html"]
        labels = re.findall("<dt>(.*?)</dt>", said["html"])
        assert labels == ["Parameters", "Multiply-adds", "Memory to train, batch 1", "The output sees"]
        assert said["html"].count("<tr>") == 1 + len(backbone.blocks)
        assert said["html"].count("data-box=") == len(backbone.blocks)
    assert data["networks"][1]["html"] in page.partition("application/json")[0]  # also without a script


def test_what_networks_have_in_common_stands_once() -> None:
    page = str(SMALL.to_html(vary={"filters": range(2, 11)}, progress=False))
    data = _networks(page)
    assert len(set(data["pieces"])) == len(data["pieces"])
    whole = sum(len(json.dumps(said["html"])) for said in data["networks"])
    written = len(page.partition('class="networks">')[2])  # and a short script
    assert written < 0.75 * whole


@pytest.mark.parametrize("name", presets())
def test_a_page_of_every_preset_varies_what_it_has(name: str) -> None:
    found = choices(preset(name))
    assert len(found) == 2
    assert all(len(one.values) > 3 for one in found)
    assert math.prod(len(one.values) for one in found) <= MOST_CHOSEN
    for one in found:
        assert one.values[one.current] == getattr(preset(name).architecture, one.path)
        assert list(one.values) == sorted(one.values)


def test_fields_are_taken_by_path_with_or_without_values() -> None:
    design = preset("U-Net (2015)")
    assert [len(one.values) for one in choices(design, "up_interpolate")] == [2]
    three = choices(design, ("filters", "down_blocks", "kernel_size"))
    assert math.prod(len(one.values) for one in three) <= MOST_CHOSEN
    assert min(len(one.values) for one in three) >= 3
    wide = choices(preset("U-Net"), ("filters", "filters_rate", "kernel_size"))  # all of their values: 1,287
    assert math.prod(len(one.values) for one in wide) <= MOST_CHOSEN
    (given,) = choices(design, {"filters": [128, 32, 32]})
    assert (given.values, given.current) == ((32, 64, 128), 1)  # that of the design is among them
    (of_block,) = choices(design, "encoder[0].filters")
    assert of_block.label == "enc0 filters"
    (size,) = choices(SMALL, "input size")
    assert 64 in size.values
    assert choices(design, []) == ()


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        (("filters", "down_blocks", "up_blocks", "stacks"), "at most 3 fields"),
        ("filtres", "'filtres'. Would work: 'filters'"),
        ({"filters": range(1, 2000)}, "at most 1,000 networks. Received values for 1,9"),
        (
            {"filters": range(1, 501), "down_blocks": (1, 2, 3), "kernel_size": None},
            "1,000 networks. Received",
        ),
        (
            {"filters": 16},
            "The values of a field are a list. Received: filters=16. Would work: filters=[16].",
        ),
        ({"filters": "16"}, "The values of a field are a list. Received: filters='16'"),
        ({"filters": ["a"]}, "filters must be a whole number"),
        (7, "Received: 7"),
        ([3], "Received: 3"),
    ],
)
def test_what_can_not_vary_is_refused(vary: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        SMALL.to_html(vary=vary)


def test_a_page_is_written_as_a_file_and_never_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.html"
    assert SMALL.to_html(path, vary={"filters": (2, 3)}) == path
    assert capsys.readouterr().err.split("\r")[1:] == ["page: 1 of 2 networks", "page: 2 of 2 networks\n"]
    text = path.read_text(encoding="utf-8")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        SMALL.to_html(path)
    assert path.read_text(encoding="utf-8") == text
    SMALL.to_html(path, [], overwrite=True)
    assert capsys.readouterr().err == "\rpage: 1 of 1 networks\n"
    assert "<form" not in path.read_text(encoding="utf-8")


def test_a_page_asks_nothing_of_anyone() -> None:
    page = str(SMALL.to_html(vary={"filters": (2, 3)}, progress=False))
    policy = next(attrs["content"] for tag, attrs in _elements(page) if attrs.get("http-equiv"))
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert {tag for tag, _ in _elements(page)} & {"link", "img", "iframe", "object", "embed", "base"} == set()
    for _, attributes in _elements(page):
        assert not {"src", "href", "style", "onclick", "srcset", "action"} & set(attributes)
    assert "plotly" not in page.lower()
    assert re.findall(r"https?://[^\"'< ]+", page.replace("http://www.w3.org/2000/svg", "")) == []


_HOSTILE = "</script><!--<script>alert(1)</script><img src=x onerror=alert(2)>\"'{0}"


def test_hostile_names_are_texts_like_others() -> None:
    hostile = attrs.make_class(_HOSTILE, {"num": attrs.field(default=1)}, bases=(EncoderBlock,), frozen=True)
    hostile.make_block = SimpleConvBlock(filters=2).make_block  # type: ignore[attr-defined]
    design = Design(CustomEncoderDecoder(encoder=(hostile(),)), (32, 32, 1))
    page = str(design.to_html(vary=[], progress=False))
    assert "&lt;img src=x" in page
    assert [tag for tag, _ in _elements(page) if tag in ("script", "img")] == ["script", "script"]
    assert "alert(1)</script>" not in page
    varied = str(design.to_html(vary={"stacks": (1, 2)}, progress=False))
    assert [tag for tag, _ in _elements(varied) if tag in ("script", "img")] == ["script", "script"]
    assert "onerror" in _networks(varied)["networks"][0]["html"]


def test_a_block_that_fails_is_said_on_the_page() -> None:
    @attrs.frozen
    class Fails(SimpleConvBlock):
        def make_block(self, x_in: Any, prefix: str = "conv") -> Any:
            if self.filters > 3:
                raise RuntimeError("no room for <b>so many</b>")
            return super().make_block(x_in, prefix)

    design = Design(CustomEncoderDecoder(encoder=(Fails(filters=2),)), (32, 32, 1))
    page = str(design.to_html(vary={"encoder[0].filters": (2, 4)}, progress=False))
    assert [list(said) for said in _networks(page)["networks"]] == [["html", "words"], ["error"]]
    assert _networks(page)["networks"][1]["error"] == "RuntimeError: no room for <b>so many</b>"


def test_a_page_is_made_in_steps_between_which_other_things_happen() -> None:
    steps = page_in_steps(build_backbone(SMALL), {"filters": (2, 3, 4)}, gives_way=lambda: True)
    assert sum(1 for _ in steps) > 3 + 2 * 5  # one after each network, and after its blocks


async def _made(
    background: Background, backbone: Any, **more: Any
) -> tuple[list[tuple[int, int]], list[Any]]:
    counts: list[tuple[int, int]] = []
    ends: list[Any] = []
    make_page(
        background,
        "page",
        backbone,
        on_progress=lambda done, total: counts.append((done, total)),
        done=ends.append,
        failed=ends.append,
        **more,
    )
    assert ends == []  # it returned at once
    while not ends:
        await asyncio.sleep(0)
    return counts, ends


def test_a_page_is_made_in_the_background(in_both_forms: Background) -> None:
    background = in_both_forms
    vary = {"filters": (2, 3, 4)}
    counts, (text,) = asyncio.run(_made(background, build_backbone(SMALL), vary=vary))
    assert counts == [(1, 3), (2, 3), (3, 3)]
    assert text == SMALL.to_html(vary=vary, progress=False)
    _, (error,) = asyncio.run(_made(background, build_backbone(SMALL), vary="filtres"))
    assert "'filtres'" in str(error)
