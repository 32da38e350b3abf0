"""Designs side by side: figures, ratios, differing fields, pictures, and what they are written as."""

import csv
import io
import itertools
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, compare_designs, pareto, preset
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.explore.comparing.fields import differences
from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.explore.tell import tell
from tests.explore.broken import Broken
from tests.timings import timing

SMALL = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1))
WIDE = SMALL.replace("filters", 8)


def test_figures_and_ratios_are_those_of_the_networks() -> None:
    compared = compare_designs([SMALL, WIDE], batch_size=4)
    for row, design in zip(compared, (SMALL, WIDE), strict=True):
        cost = design.build().cost(batch_size=4)
        assert row.figures["parameters"] == cost.parameters
        assert row.figures["multiply_adds"] == cost.multiply_adds
        assert row.figures["training_bytes"] == cost.training_bytes
        assert row.figures["inference_bytes"] == cost.inference_bytes
        told = tell(design.to_json(), ("receptive_field", "strides"))
        assert row.figures["receptive_field"] == min(
            told["receptive_field"][side] for side in ("height", "width")
        )
        assert row.figures["output_stride"] == told["strides"]["output"]
    first, second = compared
    assert set(first.figures) == set(FIGURES) - {"time_ms"}
    assert all(ratio == 1 for ratio in first.ratios.values())
    assert second.ratios["parameters"] == second.figures["parameters"] / first.figures["parameters"]
    assert [(one.path, one.values) for one in compared.differences] == [("filters", ("4", "8"))]


def test_each_number_says_whether_it_is_exact_an_estimate_or_measured() -> None:
    facts = {fact.name: fact for fact in compare_designs([SMALL, WIDE]).facts}
    assert facts["parameters"].sure == "exact"
    assert facts["training_bytes"].sure == "estimate"
    assert facts["training_bytes"].values[0].startswith("≈ ")
    assert facts["time_ms"].sure == "measured"
    assert facts["time_ms"].values == ("not timed", "not timed")
    assert facts["output_stride"].ratios == ("", "the same")


def test_designs_of_other_input_scales_are_held_against_each_other_on_the_camera_s_image() -> None:
    compared = compare_designs([SMALL, WIDE], ["whole", "scaled"], input_scales=[1, 0.25])
    whole, scaled = compared
    told = tell(WIDE.to_json(), ("receptive_field", "strides"))
    assert scaled.figures["receptive_field"] == 4 * told["receptive_field"]["height"]
    assert scaled.figures["output_stride"] == 4 * told["strides"]["output"]
    assert scaled.ratios["receptive_field"] == 4  # They are the same network but for its width.
    assert scaled.ratios["output_stride"] == scaled.ratios["maximum_stride"] == 4
    assert scaled.ratios["parameters"] == scaled.figures["parameters"] / whole.figures["parameters"]
    facts = {fact.name: fact for fact in compared.facts}
    assert facts["input_scale"].values == ("1", "0.25")
    assert facts["output_stride"].values == ("1 px", "4 px")
    assert all(
        "camera" in facts[name].label for name in ("receptive_field", "output_stride", "maximum_stride")
    )
    names = [fact.name for fact in compared.facts]
    assert names.index("input_scale") + 1 == names.index("receptive_field")
    assert pareto(compared, {"receptive_field": "high"}).indices == (1,)
    rows = list(csv.DictReader(io.StringIO(compared.to_csv())))
    assert [float(row["input_scale"]) for row in rows] == [1, 0.25]
    assert "Input scale" in repr(compared)
    assert "Input scale" in compared._repr_html_()
    assert "input_scale" not in {fact.name for fact in compare_designs([SMALL, WIDE]).facts}


def test_the_same_design_at_two_scales_is_told_apart_in_figures_and_checks() -> None:
    once, again = compare_designs([SMALL, SMALL], ["a", "b"], input_scales=[1, 0.5], animal_px=60)
    assert again.figures["receptive_field"] == 2 * once.figures["receptive_field"]
    # At half the size the animal fits into what each position sees, so that one check fewer speaks of it.
    sees = once.figures["receptive_field"]
    assert sees < 60 <= 2 * sees
    assert len(again.checks) < len(once.checks)


@pytest.mark.parametrize(
    ("scales", "words"),
    [([1], r"as many as there are designs, 2\. Received: \[1\]"), ([1, 0], "from 0.01 to 1"), ("12", "'12'")],
    ids=["too few", "none", "a text"],
)
def test_a_scale_that_is_none_is_refused(scales: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        compare_designs([SMALL, WIDE], input_scales=scales)


def test_advice_is_counted_beside_warnings() -> None:
    coarse = SMALL.replace("up_interpolate", False)
    compared = compare_designs([SMALL, coarse], animal_px=60)
    checks = next(fact for fact in compared.facts if fact.name == "warnings")
    for row, said in zip(compared, checks.values, strict=True):
        advice = [one for one in row.design.build().checks(animal_px=60) if one.severity == "advice"]
        assert row.advice == len(advice)
        assert ("advice" in said) == bool(advice)
    assert compared[0].advice, "a check speaks of the animal"


def test_designs_presets_files_architectures_and_networks_can_be_mixed(tmp_path: Path) -> None:
    file = WIDE.save(tmp_path / "mice.encdec.json")
    given_ = [SMALL, "SLEAP centroid", file, str(file), UNet(filters=2), WIDE.build(), WIDE]
    compared = compare_designs(given_)
    assert [row.name for row in compared] == [
        "U-Net, 4 filters",
        "SLEAP centroid",
        "mice",
        "mice (2)",
        "U-Net, 2 filters",
        "U-Net, 8 filters",
        "U-Net, 8 filters (2)",
    ]
    assert compared["mice"].design == WIDE == compared[5].design
    assert len(compared) == 7


def test_names_can_be_given_and_are_kept_apart() -> None:
    assert [row.name for row in compare_designs([SMALL, WIDE, WIDE], ["a", "a", "b"])] == ["a", "a (2)", "b"]


def test_a_network_that_cannot_be_built_is_a_column_with_its_reason() -> None:
    broken = Design(CustomEncoderDecoder(encoder=[Broken(pool=False)]), (8, 8, 1))
    compared = compare_designs([SMALL, broken])
    row = compared[1]
    assert row.reason == "ZeroDivisionError: <no> layers"
    assert (row.figures, row.ratios) == ({}, {})
    assert row.reason in repr(compared)
    assert compared.pictures()[1] == ""
    assert "ZeroDivisionError: &lt;no&gt; layers" in str(compared.to_html())
    assert row.reason in compared.to_csv()
    assert pareto(compared, {"parameters": "low"}).not_compared == {1: row.reason}


def test_an_output_that_sees_the_whole_image_and_an_open_size_have_no_ratio() -> None:
    open_ = SMALL.replace("input_shape", (None, None, 1))
    compared = compare_designs([SMALL, open_])
    assert "multiply_adds" not in compared[1].figures
    assert "multiply_adds" not in compared[1].ratios
    assert next(fact for fact in compared.facts if fact.name == "training_bytes").values[1] == "not known"


def test_a_comparison_can_be_put_on_a_front() -> None:
    compared = compare_designs([SMALL, WIDE, SMALL.replace("down_blocks", 3)])
    front = pareto(compared, {"parameters": "low", "receptive_field": "high"})
    assert front.indices == (0, 2)
    assert 1 in front.dominated_by


def test_csv_has_all_numbers_and_a_row_a_design() -> None:
    compared = compare_designs([SMALL, WIDE], ["=1+1", "b"])
    rows = list(csv.DictReader(io.StringIO(compared.to_csv())))
    assert [row["parameters"] for row in rows] == [str(row.figures["parameters"]) for row in compared]
    assert float(rows[1]["parameters_ratio"]) == compared[1].ratios["parameters"]
    assert [row["filters"] for row in rows] == ["4", "8"]
    assert rows[0]["name"] == "'=1+1"  # No spreadsheet takes it for a formula.


def test_html_has_pictures_for_both_themes_and_escapes_names(tmp_path: Path) -> None:
    compared = compare_designs([SMALL, WIDE], ["<b>x</b>", "y"])
    html = compared._repr_html_()
    assert html.count("<svg") == 4
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html
    file = compared.to_html(tmp_path / "table.html")
    assert isinstance(file, Path)
    assert file.read_text(encoding="utf-8") == compared.to_html()
    with pytest.raises(FileExistsError):
        compared.to_html(file)
    compared.to_html(file, overwrite=True)


def test_pictures_are_at_one_scale() -> None:
    def widths(svg: str) -> dict[str, float]:
        boxes = re.findall(r'data-box="([^"]+)" d="M[\d.]+ [\d.]+V[\d.]+L([\d.]+) [\d.]+H([\d.]+)', svg)
        return {name: round(float(right) - float(left), 0) for name, left, right in boxes}

    narrow, wide = (Design(UNet(filters=filters, down_blocks=2, up_blocks=2)) for filters in (64, 256))
    first, second = map(widths, compare_designs([narrow, wide]).pictures())
    alone = widths(compare_designs([narrow]).pictures()[0])
    # The third level of the one has as many channels as the first of the other.
    assert first["stack0_dec0"] < second["stack0_enc0"] * 1.01 < second["stack0_dec0"] * 1.01
    assert first["stack0_enc3"] == second["stack0_enc0"]
    assert alone["stack0_enc3"] > first["stack0_enc3"]
    assert [widths(svg) for svg in compare_designs([wide, narrow]).pictures()] == [second, first]


@settings(max_examples=30)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "filters": st.integers(1, 3),
                "up_interpolate": st.booleans(),
                "input_shape": st.sampled_from([(64, 64, 1), (64, 32, 3)]),
            }
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_fields_that_differ_are_named_and_no_others(values: list[dict[str, Any]]) -> None:
    designs = [SMALL.replace_all(one) for one in values]
    differing = {name for name in values[0] if len({str(one[name]) for one in values}) > 1}
    found = differences(designs)
    assert {one.path for one in found} == differing
    for one in found:
        shown = [value[one.path] for value in values]
        for i, j in itertools.combinations(range(len(values)), 2):
            assert (one.values[i] == one.values[j]) == (shown[i] == shown[j])


def test_heads_and_other_families_are_told_apart() -> None:
    found = {
        one.path: one.values
        for one in differences([SMALL, SMALL.replace("head", Head(13)), preset("FC-DenseNet56")])
    }
    assert found["architecture"] == ("U-Net", "U-Net", "FC-DenseNet")
    assert found["head.channels"] == ("–", "13", "11")
    assert found["growth_rate"] == ("–", "–", "12")  # One alone has it.
    assert found["filters"] == ("4", "4", "–")  # A field that one lacks differs, also where the others agree.


def test_free_blocks_are_compared_one_by_one() -> None:
    found = {one.path: one.values for one in differences([SMALL, SMALL.replace("encoder[1].num_convs", 3)])}
    assert found["encoder[1].num_convs"] == ("2", "3")
    assert set(found) == {"architecture", "encoder[1].num_convs"}


@pytest.mark.parametrize(
    ("designs", "names", "words"),
    [
        ([], None, "Received: an empty list"),
        ("SLEAP centroid", None, "given as a list"),
        (SMALL, None, "given as a list"),
        ([3], None, "Received: 3"),
        ([None], None, "Received: None"),
        (["SLEAP centroids"], None, "Did you mean 'SLEAP centroid'"),
        (["no/such/file.json"], None, "There is no file or folder of this name either"),
        ([SMALL], ["a", "b"], "There must be a name for each of the 1 designs. Received: ['a', 'b']"),
        ([SMALL], "a", "Received: 'a'"),
    ],
)
def test_what_is_no_design_is_refused_with_what_would_work(designs: Any, names: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r"Received|Did you mean|There is no") as caught:
        compare_designs(designs, names)
    assert words in str(caught.value)


def test_times_must_be_as_many_as_designs() -> None:
    with pytest.raises(ValueError, match=r"timings must be as many as there are designs, 2\. Received: 1"):
        compare_designs([SMALL, WIDE], timings=[timing(3)])


def test_there_is_no_design_of_another_name() -> None:
    with pytest.raises(KeyError, match=r"Received: 'b'\. There are: a"):
        compare_designs([SMALL], ["a"])["b"]


def test_infinite_receptive_fields_are_words() -> None:
    from encdec_widgets.explore.comparing.words import figure_text

    assert figure_text("receptive_field", math.inf) == "whole image"
    assert figure_text("warnings", 2) == "2 warnings"
