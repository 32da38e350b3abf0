"""A comparison as plain data for the page: nothing is computed here that the comparison does not say."""

from collections.abc import Collection
from typing import Any

from encdec_widgets.explore.compared import ComparedDesigns


def columns_of(compared: ComparedDesigns, pinned: Collection[str], shown: str) -> list[dict[str, Any]]:
    """Of each design its name, and what can be done with it.

    Args:
        compared: The comparison.
        pinned: The names of those that are pinned.
        shown: The name of the one on screen.
    """
    return [
        {"name": row.name, "pinned": row.name in pinned, "shown": row.name == shown, "reason": row.reason}
        for row in compared.rows
    ]


def rows_of(compared: ComparedDesigns) -> list[dict[str, Any]]:
    """Of each figure its label, how sure it is, and the cells: a value and a ratio each."""
    return [
        {
            "label": fact.label,
            "sure": fact.sure,
            "cells": [list(cell) for cell in zip(fact.values, fact.ratios, strict=True)],
        }
        for fact in compared.facts
    ]


def fields_of(compared: ComparedDesigns) -> list[dict[str, Any]]:
    """Of each field that differs its words and values."""
    return [{"label": one.words, "cells": list(one.values)} for one in compared.differences]
