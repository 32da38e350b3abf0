"""A built network as a model file: Keras's own formats, and those that other programs run.

All are written by Keras itself. A file takes its place once it is complete, so that an error leaves nothing behind.
"""

import importlib.util
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.backbone import Backbone
from encdec_widgets.export.file import require_free
from encdec_widgets.formatting import bytes_text, listed, quoted
from encdec_widgets.networks.one_at_a_time import one_at_a_time

Progress = Callable[[str], object]


@attrs.frozen(kw_only=True)
class ModelFormat:
    """A format of model files.

    Attributes:
        ending: What its names end in; empty for a folder.
        name: What people call it, at the start of a sentence.
        label: What it is called in a list.
        write: Writes a Keras model, with the signature of its input, to a path.
        backends: The backends on which it can be written.
        packages: Packages that writing takes, by the name that they are imported by.
        extra: The extra of this package that installs them.
        traced: Whether the network is traced, for which open sizes may not do.
    """

    ending: str
    name: str
    label: str
    write: Callable[[Any, Any, Path], object]
    backends: tuple[str, ...]
    packages: tuple[str, ...] = ()
    extra: str = ""
    traced: bool = True

    @property
    def refusal(self) -> str | None:
        """Why it is not to be had here, and what would work; None where it is."""
        backend = str(keras.config.backend())
        if backend not in self.backends:
            return (
                f"{self.name} can't be written on the backend {backend}. Would work: {listed(self.backends)}, or a "
                ".keras file, which opens on every backend."
            )
        missing = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if missing:
            install = f"'encdec_widgets[{self.extra}]'" if self.extra else " ".join(missing)
            return (
                f"{self.name} needs {listed(missing)}, not installed here. Would work: pip install {install}."
            )
        return None


def _exporting(format: str) -> Callable[[Any, Any, Path], object]:
    def write(model: Any, signature: Any, path: Path) -> object:
        return model.export(path, format=format, input_signature=[signature], verbose=False)

    return write


_ALL = ("tensorflow", "jax", "torch", "numpy")
FORMATS = (
    ModelFormat(
        ending=".keras",
        name="A Keras model",
        label="Keras model (.keras)",
        write=lambda model, _, path: model.save(path),
        backends=_ALL,
        traced=False,
    ),
    ModelFormat(
        ending=".weights.h5",
        name="A file of weights",
        label="Weights alone (.weights.h5)",
        write=lambda model, _, path: model.save_weights(path),
        backends=_ALL,
        traced=False,
    ),
    ModelFormat(
        ending=".h5",
        name="A Keras model in HDF5",
        label="Keras model, older format (.h5)",
        write=lambda model, _, path: model.save(path),
        backends=_ALL,
        traced=False,
    ),
    ModelFormat(
        ending=".onnx",
        name="An ONNX model",
        label="ONNX model (.onnx)",
        write=_exporting("onnx"),
        backends=("tensorflow",),
        packages=("onnx", "tf2onnx"),
        extra="onnx",
    ),
    ModelFormat(
        ending=".tflite",
        name="A LiteRT model",
        label="LiteRT model (.tflite)",
        write=_exporting("litert"),
        backends=("tensorflow",),
    ),
    ModelFormat(
        ending="",
        name="A SavedModel",
        label="SavedModel (a folder)",
        write=_exporting("tf_saved_model"),
        backends=("tensorflow", "jax"),
        packages=("tensorflow",),
    ),
)
"""All formats; of two endings that fit, the first."""
WHERE_OTHERS_ARE_WRITTEN = (
    "ONNX and LiteRT are written where TensorFlow is the backend (ONNX with the extra onnx), "
    "a SavedModel on JAX too."
)


def save(
    backbone: Backbone,
    path: "str | os.PathLike[str]",
    *,
    overwrite: bool = False,
    on_progress: Progress | None = None,
    is_shared: bool = True,
) -> Path:
    """Write a network as a model file: see :meth:`encdec_widgets.backbone.Backbone.save`.

    Args:
        backbone: The network.
        path: The file or folder.
        overwrite: Whether one of this name may be overwritten.
        on_progress: Is told in words what is being done.
        is_shared: Whether others may have layers of the network. Then none is built while it is written.
    """
    target = Path(path).expanduser()
    model_format = writable_format(target, backbone)
    _require_place_for(target, overwrite, is_folder=not model_format.ending)
    tell = on_progress or (lambda words: None)
    tell(f"Filling {bytes_text(backbone.weight_bytes)} of weights")
    model = backbone.model
    tell(f"Writing {target.name}; it takes some seconds")
    with tempfile.TemporaryDirectory(prefix=".encdec-", dir=target.parent) as folder:
        made = Path(folder) / f"network{model_format.ending}"  # Keras heeds the case of endings.
        with one_at_a_time if is_shared else nullcontext(), _quiet():
            model_format.write(model, _signature(backbone), made)
        if target.is_dir():
            shutil.rmtree(target)
        made.replace(target)
    tell(f"Wrote {target.name}: {bytes_text(_size_of(target))}")
    return target


def file_bytes(backbone: Backbone, ending: str, *, is_shared: bool = True) -> bytes:
    """What the file of a network holds; a SavedModel, which is a folder, in a zip archive.

    Args:
        backbone: The network.
        ending: One of those of :data:`FORMATS`.
        is_shared: As of :func:`save`.

    Raises:
        ValueError: As :func:`save`.
    """
    with tempfile.TemporaryDirectory(prefix="encdec-") as folder:
        made = save(backbone, Path(folder) / f"network{ending}", is_shared=is_shared)
        if made.is_dir():
            made = Path(shutil.make_archive(str(made), "zip", made))
        return made.read_bytes()


def writable_format(path: Path, backbone: Backbone) -> ModelFormat:
    """The format that the end of a name says.

    Raises:
        ValueError: If there is none, or if it is not to be had here or of this network: it says what would work.
    """
    found = _format_of(path)
    refusal = found.refusal or _size_refusal(found, backbone)
    if refusal:
        raise ValueError(refusal)
    return found


def _format_of(path: Path) -> ModelFormat:
    name = path.name
    found = next((each for each in FORMATS if each.ending and name.lower().endswith(each.ending)), None)
    if found is None and not path.suffix and name:
        found = FORMATS[-1]
    if found is None:
        endings = listed([each.ending for each in FORMATS if each.ending], most=10)
        raise ValueError(
            f"The end of a name says what is written. Received: {quoted(str(path))}. Would work: {endings}, or a name "
            "without an ending for the folder of a SavedModel."
        )
    return found


def _size_refusal(model_format: ModelFormat, backbone: Backbone) -> str | None:
    """Why a network of open sizes can't be traced.

    TensorFlow interpolates other than by nearest neighbours with sizes that Keras computes in Python, which can't be
    done while they are open.
    """
    height, width, channels = backbone.design.input_shape
    if not model_format.traced or None not in (height, width):
        return None
    interpolations = {getattr(layer, "interpolation", "nearest") for layer in backbone.structure.layers}
    if interpolations == {"nearest"}:
        return None
    stride = backbone.design.architecture.maximum_stride
    size = stride * -(-256 // stride)
    return (
        f"{model_format.name} needs a size: the height or width of this network's input is open, and it interpolates "
        f"by another method than nearest. Would work: design.replace('input_shape', ({size}, {size}, {channels})), "
        "upsampling by nearest neighbours or transposed convolutions, or a .keras file."
    )


def _require_place_for(target: Path, overwrite: bool, *, is_folder: bool) -> None:
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"There is no such folder. Received: {quoted(str(target.parent))}. Would work: make it first."
        )
    require_free(target, overwrite=overwrite)
    if is_folder and target.exists() and not target.is_dir():
        raise FileExistsError(
            f"{quoted(str(target))} is a file, and a SavedModel is a folder. Would work: another name."
        )
    if target.is_dir() and not (target / "saved_model.pb").is_file():
        raise FileExistsError(
            f"{quoted(str(target))} is a folder, and no SavedModel that could be overwritten. Would work: another name."
        )


def _signature(backbone: Backbone) -> Any:
    (given,) = backbone.structure.inputs
    return keras.InputSpec(shape=given.shape, dtype=given.dtype, name="input")


def _size_of(path: Path) -> int:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(file.stat().st_size for file in files)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Keras and TensorFlow say of themselves: that HDF5 is an older format, and of names in NumPy."""
    logger = logging.getLogger("absl")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
