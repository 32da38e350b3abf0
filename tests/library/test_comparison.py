"""The comparison of the golden cases itself: it notices every fact that is changed."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.library.deviations import intended, refused
from tests.library.golden import Json, differences, public_cases

_BY_KIND = {case["kind"]: case for case in public_cases() if "layers" in case["result"] and not refused(case)}


def _changed(value: Any) -> Iterator[Any]:
    """Copies of a result, each with one fact changed or left out."""
    if isinstance(value, dict):
        for key in value:
            yield {other: value[other] for other in value if other != key}
            for changed in _changed(value[key]):
                yield {**value, key: changed}
    elif isinstance(value, list):
        if value:
            yield value[:-1]
        for i, part in enumerate(value):
            for changed in _changed(part):
                yield [*value[:i], changed, *value[i + 1 :]]
    elif isinstance(value, bool):
        yield not value
    else:
        yield f"{value} " if isinstance(value, str) else (value or 0) + 1


@pytest.mark.parametrize("case", [pytest.param(case, id=kind) for kind, case in _BY_KIND.items()])
def test_every_changed_fact_is_noticed(case: Json) -> None:
    expected = intended(case)
    # The first and last layers stand for all, so that this stays quick.
    expected["layers"] = expected["layers"][:4] + expected["layers"][-4:]
    assert not differences(expected, copy.deepcopy(expected))
    for changed in _changed(expected):
        assert differences(expected, changed), json.dumps(changed)[:2000]


def test_the_order_of_fields_is_compared() -> None:
    assert differences({"attrs": {"a": 1, "b": 2}}, {"attrs": {"b": 2, "a": 1}})


def test_only_the_presence_of_an_error_is_compared() -> None:
    assert not differences({"attrs": {}, "error": {"type": "TypeError"}}, {"error": {"type": "ValueError"}})
    assert differences({"attrs": {}, "error": {"type": "TypeError"}}, {"attrs": {}})
    assert differences({"attrs": {}}, {"attrs": {}, "error": {"type": "TypeError"}})
