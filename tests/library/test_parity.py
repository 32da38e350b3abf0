"""Every golden case: what the original built, this library builds, layer for layer."""

import copy
from collections.abc import Iterator
from typing import Any

import keras
import pytest

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.networks.weights import unfilled
from tests.library.deviations import intended, missing_skips, refused
from tests.library.golden import STAGES, Json, build, describe, differences, public_cases, value_of

CASES = public_cases()


@pytest.fixture(autouse=True)
def _without_weights() -> Iterator[None]:
    """Variables are described but not filled: the largest networks have 66 million parameters."""
    with unfilled():
        yield


def _params(cases: list[Json]) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in cases]


@pytest.mark.parametrize("case", _params(CASES))
def test_a_case_is_as_in_the_original_or_as_intended(case: Json) -> None:
    assert not differences(intended(case), describe(case))


@pytest.mark.parametrize("case", _params([case for case in CASES if refused(case)]))
def test_what_the_original_silently_changed_is_refused_with_values_that_work(case: Json) -> None:
    case = copy.deepcopy(case)
    error = _refusal(case)
    assert error is not None
    for _ in range(3):  # a case can be wrong in several fields
        (arguments,) = (args for args in _arguments(case) if args.get(error.field) == error.value)
        arguments[error.field] = error.suggestions[0]
        if (error := _refusal(case)) is None:
            return
    pytest.fail(f"the suggestions lead nowhere: {error}")


def _refusal(case: Json) -> FieldError | None:
    try:
        value_of(case)
    except FieldError as error:
        return error
    return None


def _arguments(case: Json) -> list[Json]:
    blocks = [block for stage in STAGES for block in case.get(stage) or ()]
    return [made["args"] for made in (case, case.get("config", {}), *blocks) if "args" in made]


@pytest.mark.parametrize(
    "case",
    _params(
        [
            case
            for case in CASES
            if "properties" in case["result"] and "layers" in case["result"] and not refused(case)
        ]
    ),
)
def test_a_skip_connection_that_cannot_be_formed_is_reported(case: Json) -> None:
    warned = build(case, value_of(case)).warned
    assert len(warned) == missing_skips(case)
    assert all("skip connection at stride" in text for text in warned)


@pytest.mark.parametrize(
    "case", _params([case for case in CASES if "output stride 0" in case.get("deviates", ())])
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # there is no feature of stride 0 to connect
def test_an_output_larger_than_the_input_has_stride_0(case: Json) -> None:
    network = value_of(case)
    assert isinstance(network, EncoderDecoder)
    assert network.output_stride == network.decoder_features_stride == 0
    output, _ = network.make_backbone(keras.Input((64, 64, 1)))
    assert output.shape[1] > 64
