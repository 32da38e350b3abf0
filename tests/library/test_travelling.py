"""Every error of the package goes through pickle, into copies and out of a Pool."""

import copy
import importlib
import multiprocessing
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import encdec_widgets
from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.info import NoFieldError
from encdec_widgets.explain.too_large import TooLargeError
from encdec_widgets.export.package import SeveralConfigurationsError
from encdec_widgets.export.sleap.refusing import NotSayableError
from encdec_widgets.networks.building import BuildTooLongError
from encdec_widgets.travelling import Travelling
from encdec_widgets.workers.errors import (
    BackendFailedError,
    BeyondMemoryError,
    EditNotBuiltError,
    NotAvailableError,
    TimingError,
    TimingStopped,
    TimingTooLongError,
    WorkerBusyError,
)
from encdec_widgets.workers.feature_maps import PassTooLongError

PATIENCE_S = 120
EXAMPLES: dict[type[BaseException], Callable[[], BaseException]] = {
    FieldError: lambda: FieldError("filters", 0, "must be at least 1", (1, 2), "encoder[1]"),
    NoFieldError: lambda: NoFieldError("filter", 0, "is no field", ("filters",)),
    NotSayableError: lambda: NotSayableError("kernel_size", 5, "must be 3"),
    TimingError: lambda: TimingError("it ended", details="Killed"),
    TimingStopped: TimingStopped,
    WorkerBusyError: lambda: WorkerBusyError("training"),
    TimingTooLongError: lambda: TimingTooLongError(10.0, 100.0, 1.0),
    BackendFailedError: lambda: BackendFailedError("PyTorch", "torch.compile", "BackendCompilerFailed"),
    BeyondMemoryError: lambda: BeyondMemoryError(2 * 10**9, 10**9, 8, 3),
    EditNotBuiltError: lambda: EditNotBuiltError("RuntimeError: no kernel"),
    NotAvailableError: lambda: NotAvailableError("there are no processes"),
    PassTooLongError: lambda: PassTooLongError(3.0, 1.0, (128, 128)),
    SeveralConfigurationsError: lambda: SeveralConfigurationsError("two", ("a.json", "b.json")),
    BuildTooLongError: lambda: BuildTooLongError(3.0),
    TooLargeError: lambda: TooLargeError(Design(UNet(filters=2), (32, 32, 1)).build(), 1000),
}


def errors_of_the_package() -> Iterator[type[BaseException]]:
    for found in pkgutil.walk_packages(encdec_widgets.__path__, "encdec_widgets."):
        if found.name.endswith(("__main__", ".on_torch", ".on_jax", ".on_tensorflow")):
            continue  # The first would start; the others need a library that may not be installed.
        for value in vars(importlib.import_module(found.name)).values():
            if (
                isinstance(value, type)
                and issubclass(value, BaseException)
                and value.__module__ == found.name
            ):
                yield value


def example(cls: type[BaseException]) -> BaseException:
    """An error of a class; one that has an ``__init__`` of its own needs its line in ``EXAMPLES``."""
    return EXAMPLES[cls]() if cls in EXAMPLES or "__init__" in vars(cls) else cls("a reason")


def parts(error: BaseException) -> Any:
    stays = getattr(error, "stays", ())
    return type(error), str(error), error.args, {k: v for k, v in vars(error).items() if k not in stays}


@pytest.mark.parametrize("cls", sorted(set(errors_of_the_package()), key=str), ids=lambda cls: cls.__name__)
def test_an_error_arrives_as_it_was(cls: type[BaseException]) -> None:
    error = example(cls)
    error.add_note("while filters was changed")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        arrived = pickle.loads(pickle.dumps(error, protocol))
        assert parts(arrived) == parts(error)
        assert parts(pickle.loads(pickle.dumps(arrived))) == parts(error)  # and goes on
    for copied in (copy.copy(error), copy.deepcopy(error)):
        assert (parts(copied), vars(copied)) == (parts(error), vars(error))


def test_a_network_stays_where_it_is_and_a_copy_holds_it() -> None:
    error = example(TooLargeError)
    assert isinstance(error, TooLargeError)
    assert pickle.loads(pickle.dumps(error)).backbone is None
    assert copy.deepcopy(error).backbone is error.backbone


class _Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no text")

    def __reduce__(self) -> Any:
        raise RuntimeError("not to be pickled")


class _NeverArrives:
    def __reduce__(self) -> Any:
        return int, ("no number",)

    def __repr__(self) -> str:
        return "never there"


@pytest.mark.parametrize(
    ("value", "text"),
    [(lambda: 0, "<lambda>"), (_NeverArrives(), "never there"), (_Hostile(), "the class _Hostile")],
    ids=["function", "does not arrive", "hostile"],
)
def test_what_cannot_travel_goes_as_its_text(value: object, text: str) -> None:
    error = FieldError("activation", value, "must be a name", ("relu",))
    assert copy.copy(error).value is value
    arrived = pickle.loads(pickle.dumps(error))
    assert text in str(arrived)
    assert arrived.suggestions == ("relu",)
    assert str(pickle.loads(pickle.dumps(arrived))) == str(arrived)


class _OwnError(Travelling, ValueError):
    def __init__(self, width: int, *, most: int) -> None:
        super().__init__(f"{width} is more than {most}")
        self.most = most


IN_A_POOL = {cls: make for cls, make in EXAMPLES.items() if cls is not TooLargeError}  # else it loads Keras


def raised(number: int) -> None:
    errors = [make() for make in IN_A_POOL.values()]
    raise [*errors, _OwnError(8, most=4)][number]


def test_a_pool_raises_what_was_raised_in_it() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for number, cls in enumerate([*IN_A_POOL, _OwnError]):
            with pytest.raises(cls) as caught:
                pool.apply_async(raised, (number,)).get(PATIENCE_S)
            assert type(caught.value) is cls
