"""Checks of a network: what is unexpected in it, where, why, and what mends it."""

from collections.abc import Callable

from encdec_widgets.explain.checks.beyond_memory import beyond_memory
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.checkerboard import checkerboard
from encdec_widgets.explain.checks.dropped_skip import displaced_skip, passed_skip
from encdec_widgets.explain.checks.large_output import large_output
from encdec_widgets.explain.checks.missing_skip import missing_skip
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.otherwise import left_out, other_stride
from encdec_widgets.explain.checks.possible import log_error
from encdec_widgets.explain.checks.skipped_pixels import skipped_pixels
from encdec_widgets.explain.checks.small_bottleneck import small_bottleneck
from encdec_widgets.explain.checks.small_receptive_field import small_field
from encdec_widgets.networks.as_built import BlockAsBuilt, as_built

__all__ = ["BlockAsBuilt", "Check", "Network", "as_built", "checks"]

_CHECKS = (
    missing_skip,
    large_output,
    other_stride,
    left_out,
    beyond_memory,
    small_field,
    small_bottleneck,
    skipped_pixels,
    passed_skip,
    displaced_skip,
    checkerboard,
)


def checks(network: Network) -> tuple[Check, ...]:
    """What is unexpected in a network.

    Args:
        network: What it was designed as, what was built, and what is known of it.

    Returns:
        At most one check of each kind, which names all its places; warnings first, then advice. A check that cannot be
        made, because a user's class raises an error, is left out.
    """
    found = [one for check in _CHECKS if (one := _made(check, network)) is not None]
    return tuple(sorted(found, key=lambda one: one.severity != "warning"))


def _made(check: Callable[[Network], Check | None], network: Network) -> Check | None:
    try:
        return check(network)
    except Exception:  # noqa: BLE001 - a user's class may raise anything; it is logged
        log_error(network, f"The check {check.__name__}")
        return None
