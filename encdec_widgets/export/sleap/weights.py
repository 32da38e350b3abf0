"""Weights of trained SLEAP models, up to 1.4: ``best_model.h5`` beside a configuration.

The datasets are read by the names of their layers. Nothing of the file is run, and no Keras model is loaded from it.
"""

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from encdec_widgets.formatting import error_text, listed, quoted, shortened, sizes_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.export.found import Found

MODEL = "best_model.h5"
_OF_PYTORCH = "best.ckpt"
_WEIGHTS = "model_weights"  # of a whole model; else they stand at the root

Datasets: TypeAlias = dict[str, dict[str, Any]]
"""Datasets by layer and by name, such as "kernel"."""


def trained_backbone(found: "Found") -> "Backbone":
    """Build the network of a design that was read, with the weights of the trained model beside its configuration.

    Raises:
        ValueError: If there is no such model, if it is none that can be read, or if a layer or a shape differs.
        BackendMissingError: (an ImportError) If no Keras backend is installed.
    """
    file = _model_beside(found)
    backbone = found.design.build()
    import h5py

    try:
        with h5py.File(file, "r") as opened:
            _fill(backbone, _datasets(opened), found.head_layers)
    except (OSError, RuntimeError, KeyError) as error:
        raise ValueError(
            f"{shortened(str(file))} can't be read as HDF5: {shortened(error_text(error))}."
        ) from None
    return backbone


def _model_beside(found: "Found") -> Path:
    if found.path is None:
        raise ValueError(
            f"This design was read from a text. Weights stand in a folder of a model, as {MODEL}: give read_design the "
            "folder."
        )
    folder = found.path.parent
    if (folder / MODEL).is_file():
        return folder / MODEL
    other = f" {_OF_PYTORCH}, which is PyTorch's, is not read." if (folder / _OF_PYTORCH).is_file() else ""
    raise ValueError(f"There is no {MODEL} in the folder {shortened(str(folder))}.{other}")


def _datasets(opened: Any) -> Datasets:
    """All datasets of weights: Keras 2 writes "layer/layer/kernel:0" and Keras 3 "layer/layer/kernel"."""
    import h5py

    root, links = opened, opened.id.links
    if links.exists(_WEIGHTS.encode()):
        is_own = links.get_info(_WEIGHTS.encode()).type == h5py.h5l.TYPE_HARD  # links are not followed
        root = opened[_WEIGHTS] if is_own else None
    if not isinstance(root, h5py.Group):
        raise ValueError(f"{quoted(_WEIGHTS)} in {MODEL} is no group of this file. It is not read.")
    found: Datasets = {}

    def visit(path: str, held: Any) -> None:  # neither soft nor external links are visited
        layer, _, name = path.partition("/")
        if not isinstance(held, h5py.Dataset) or not name:
            return
        if held.external is not None or held.is_virtual or held.dtype.kind != "f":
            raise ValueError(f"{quoted(path)} holds no plain numbers.")
        variable = name.rpartition("/")[2].partition(":")[0]
        if variable in found.setdefault(layer, {}):
            raise ValueError(f"{quoted(layer)} has two weights {quoted(variable)}.")
        found[layer][variable] = held

    root.visititems(visit)
    return found


def _fill(backbone: "Backbone", datasets: Datasets, head_layers: tuple[str, ...]) -> None:
    """Give a network the values of datasets; none where any of them does not fit."""
    taken: set[str] = set()
    pairs = []
    for layer, name in _layers(backbone, head_layers, datasets):
        for variable in layer.weights:
            held = datasets.get(name, {}).get(variable.name)
            if held is None:
                raise ValueError(
                    f"The trained model has no {quoted(variable.name)} of the layer {quoted(name)}. It has weights of "
                    f"{listed(map(shortened, datasets), most=8)}."
                )
            if tuple(held.shape) != tuple(variable.shape):
                raise ValueError(
                    f"The {variable.name} of {quoted(name)} is {sizes_text(held.shape)} in the trained model, and "
                    f"{sizes_text(variable.shape)} in the network that its configuration says."
                )
            pairs.append((variable, held))
        taken.add(name)
    left = [shortened(name) for name in datasets if name not in taken]
    if any(name.startswith("stack") for name in left):
        raise ValueError(f"The trained model has layers that its configuration does not say: {listed(left)}.")
    if left:
        warnings.warn(f"Weights of {listed(left)} are not carried.", stacklevel=4)
    for variable, held in pairs:
        variable.assign(held[()])


def _layers(
    backbone: "Backbone", head_layers: tuple[str, ...], datasets: Mapping[str, Any]
) -> Iterator[tuple[Any, str]]:
    """The layers with weights, each with its name in the trained model; SLEAP 1.0 put "_0" after those of heads."""
    heads = dict(zip(head_layer_names(backbone), head_layers, strict=False))
    for layer in backbone.model.layers:
        if layer.weights:
            name = heads.get(layer.name, layer.name)
            yield layer, f"{name}_0" if name not in datasets and f"{name}_0" in datasets else name


def head_layer_names(backbone: "Backbone") -> tuple[str, ...]:
    """The names of the layers of a network's heads, in the order of the heads of its first stack."""
    blocks = backbone.blocks.nodes(data=True)
    return tuple(name for name, data in blocks if data["stage"] == "head" and data["stack"] == 0)
