"""Weights in a file, from one process to another."""

from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.networks.keras_private import is_filled
from encdec_widgets.workers.timing import TimingError
from encdec_widgets.workers.training.weights_file import assign, load, pairs_of, save

pytestmark = pytest.mark.backend

DESIGN = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


def values_of(model: keras.Model) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(variable) for variable in model.variables]


def test_weights_come_back_as_they_were_whether_the_network_is_filled_or_not(tmp_path: Path) -> None:
    trained, other, unfilled = (DESIGN.build() for _ in range(3))
    save(pairs_of(trained.model.variables), tmp_path / "weights.npz")
    assert other.model is not trained.model
    for network in (other, unfilled):
        assign(network.structure.variables, load(tmp_path / "weights.npz"))
        assert all(map(is_filled, network.structure.variables))
        for ours, theirs in zip(values_of(network.model), values_of(trained.model), strict=True):
            assert np.array_equal(ours, theirs)
    assert [file.name for file in tmp_path.iterdir()] == ["weights.npz"]


@given(st.lists(st.tuples(NAMES, st.sampled_from(["float32", "float16", "uint32", "bool"])), max_size=5))
def test_names_and_arrays_come_back_in_their_order(
    tmp_path_factory: pytest.TempPathFactory, named: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("weights") / "any name"
    pairs = [(name, np.arange(n, dtype="float32").astype(dtype)) for n, (name, dtype) in enumerate(named)]
    save(pairs, path)
    found = load(path)
    assert [name for name, _ in found] == [name for name, _ in pairs]
    for (_, wanted), (_, got) in zip(pairs, found, strict=True):
        assert got.dtype == wanted.dtype
        assert np.array_equal(got, wanted)


def test_half_precision_of_another_kind_is_kept_in_32_bits(tmp_path: Path) -> None:
    variable = keras.Variable([1.5, -2.25], dtype="bfloat16", name="scale")
    save(pairs_of([variable]), tmp_path / "weights.npz")
    ((name, values),) = load(tmp_path / "weights.npz")
    assert (name, values.dtype, values.tolist()) == ("scale", np.float32, [1.5, -2.25])
    variable.assign([0.0, 0.0])
    assign([variable], [(name, values)])
    assert keras.ops.convert_to_numpy(keras.ops.cast(variable.value, "float32")).tolist() == [1.5, -2.25]


def test_variables_are_found_by_path_and_by_order_where_their_names_are_others() -> None:
    a, b = keras.Variable([1.0], name="a"), keras.Variable([2.0], name="b")
    assign([a, b], [("b", [20.0]), ("a", [10.0])])
    assert [variable.numpy().tolist() for variable in (a, b)] == [[10], [20]]
    assign([a, b], [("conv2d_7/kernel", [30.0]), ("conv2d_8/kernel", [40.0])])
    assert [variable.numpy().tolist() for variable in (a, b)] == [[30], [40]]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("a", [9.0])], "1 array for 2 variables"),
        ([("a", [9.0]), ("b", [9.0, 9.0])], r"'b' has the shape \(2,\), and 'b' takes \(1,\)"),
    ],
)
def test_weights_of_another_network_are_refused_and_nothing_is_assigned(
    pairs: list[tuple[str, list[float]]], said: str
) -> None:
    variables = [keras.Variable([1.0], name=name) for name in "ab"]
    with pytest.raises(TimingError, match=f"another network: {said}"):
        assign(variables, pairs)
    assert [variable.numpy().tolist() for variable in variables] == [[1], [1]]


def test_a_file_that_is_gone_damaged_or_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    save([("a", np.ones(1000))], tmp_path / "cut off")
    (tmp_path / "cut off").write_bytes((tmp_path / "cut off").read_bytes()[:500])
    (tmp_path / "text").write_text("no weights")
    (tmp_path / "empty").write_bytes(b"")
    np.savez(tmp_path / "other", values=np.ones(3))
    np.save(tmp_path / "array", np.ones(3))
    for name in ("cut off", "text", "empty", "other.npz", "array.npy", "gone"):
        with pytest.raises(TimingError, match=f"{name}' holds no weights") as caught:
            load(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_weights_that_cannot_be_written_leave_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    save([("a", np.ones(3))], path)

    class Unwritable:
        def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
            raise MemoryError("no room")

    with pytest.raises(MemoryError):
        save([("a", Unwritable())], path)
    ((_, values),) = load(path)
    assert values.tolist() == [1, 1, 1]
    assert [file.name for file in tmp_path.iterdir()] == ["weights.npz"]
