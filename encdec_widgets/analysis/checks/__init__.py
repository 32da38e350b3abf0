"""Checks of a network: what is not as one might expect, where, why, and what mends it."""

from encdec_widgets.analysis.checks.check import Check

__all__ = ["Check"]
