"""The one table of layers: its names are Keras's, subclasses have their base's traits, and the graphs carry them."""

from collections.abc import Iterator
from typing import Any

import keras
import pytest
from keras import layers as kl

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.networks.layer_traits import TRAITS, UNKNOWN, traits_of


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for direct in cls.__subclasses__():
        yield direct
        yield from _subclasses(direct)


def test_each_name_in_the_table_is_one_of_kerass() -> None:
    names = {cls.__name__ for cls in _subclasses(keras.Operation) if cls.__module__.startswith("keras.")}
    gone = set(TRAITS) - names
    assert not gone, f"Keras {keras.__version__} has no {gone}: a layer that was renamed would become unknown"


class _Same(kl.Conv2DTranspose):  # type: ignore[misc]
    """A user's class that computes nothing anew."""

    def __init__(self, filters: int = 1, **settings: Any) -> None:
        super().__init__(filters, 3, **settings)


class _Anew(kl.Conv2DTranspose):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return super().call(inputs)


class _OtherKernel(kl.Conv2D):  # type: ignore[misc]
    @property
    def kernel(self) -> Any:
        return 2 * super().kernel


class _Own(kl.Layer):  # type: ignore[misc]
    pass


def test_a_users_class_has_the_traits_of_its_base_unless_it_computes_anew() -> None:
    assert traits_of(_Same()) is TRAITS["Conv2DTranspose"]
    assert traits_of(_Own()) == UNKNOWN
    assert traits_of(_Anew(1, 3)) == traits_of(_OtherKernel(1, 3)) == UNKNOWN


@pytest.mark.parametrize(
    ("layer", "output"),
    [
        (kl.Dropout(0.5), "given in inference"),
        (kl.GaussianNoise(0.5), "given in inference"),
        (kl.Reshape((4,)), "given"),
        (kl.Activation("linear"), "given"),
        (kl.Activation("relu"), "new"),
        (kl.Conv2D(1, 1), "new"),
        (_Own(name="Reshape"), "new"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_the_memory_of_an_output(layer: Any, output: str) -> None:
    assert traits_of(layer).output == output


def test_the_nodes_of_both_graphs_have_the_traits_of_their_layers() -> None:
    backbone = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (16, 16, 1)).build()
    layers = {layer.name: layer for layer in backbone.structure.layers}
    for name, traits in backbone.layers.nodes(data="traits"):
        assert traits is traits_of(layers[name])
    for _, call in backbone.calls.nodes(data=True):
        assert call["traits"] is traits_of(layers[call["layer"]])


def test_every_layer_of_the_shipped_families_is_in_the_table() -> None:
    kinds = {
        kind
        for name in ("U-Net", "LEAP (2019)")
        for _, kind in preset(name).build().layers.nodes(data="kind")
    }
    assert kinds <= set(TRAITS)
