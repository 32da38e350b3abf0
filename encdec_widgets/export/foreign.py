"""Formats of other programs whose networks are no encoder-decoders of these blocks: refused by name."""

from collections.abc import Callable, Mapping
from typing import Any

from encdec_widgets.export.texts import Text

_NNUNET = "a network of nnU-Net: no block here has its instance normalization and leaky ReLU of slope 0.01"
_MONAI = "a network of MONAI (network_def): its residual units and normalizations are none of the blocks here"
_DEEPLABCUT = "a configuration of DeepLabCut: its backbones, such as ResNet and HRNet, are pretrained"

_FORMATS: tuple[tuple[str, Callable[[Mapping[Any, Any]], bool]], ...] = (
    (_NNUNET, lambda data: _has(data, "architecture", "network_class_name")),
    (_NNUNET, lambda data: any(_has(one, "architecture") for one in _parts(data.get("configurations")))),
    (_MONAI, lambda data: "network_def" in data),
    (_DEEPLABCUT, lambda data: "net_type" in data and "model" in data),
)


def require_not_foreign(text: Text) -> None:
    """Refuse a text that is of a known format of another program.

    Raises:
        ValueError: If it is; it names the program.
    """
    data = text.mapping
    words = next((words for words, recognises in _FORMATS if recognises(data)), None)
    if words is not None:
        raise ValueError(f"This is {words}. It is not read.")


def _has(data: Any, *keys: str) -> bool:
    for key in keys:
        if not isinstance(data, Mapping) or key not in data:
            return False
        data = data[key]
    return True


def _parts(data: Any) -> list[Any]:
    return list(data.values()) if isinstance(data, Mapping) else []
