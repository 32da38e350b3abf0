r"""Names of layers: what every way of running a network allows.

Keras refuses "/" alone. TensorFlow's ``tf.function`` refuses blanks, colons, brackets and accents as well, once it
traces the layer: its scopes are named ``[A-Za-z0-9_.\\/>-]*``, and one that stands in no other does not begin with
"_". PyTorch refuses dots, once it holds the layer's weights. So a text that becomes part of a name is checked where it
is set.
"""

import re
import unicodedata

LONGEST_LAYER_NAME = 100
"""So many characters a text may add to the names of layers: files of weights have these names too."""

_PART = re.compile(rf"[A-Za-z0-9_-]{{0,{LONGEST_LAYER_NAME}}}")
_OF_A_LAYER = re.compile(r"[A-Za-z0-9_.\\>-]+")
_OF_A_MODEL = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\>-]*")


def is_part_of_layer_name(text: str) -> bool:
    """Whether a text can be part of a layer's name, wherever in it, on every backend.

    >>> is_part_of_layer_name("_left-eye"), is_part_of_layer_name("left eye")
    (True, False)
    """
    return _PART.fullmatch(text) is not None


def as_part_of_layer_name(text: str) -> str:
    """The text that is most like another one and can be part of a layer's name.

    >>> as_part_of_layer_name(" left eye (é)")
    '_left_eye__e_'
    """
    plain = unicodedata.normalize("NFKD", text[:LONGEST_LAYER_NAME])
    without_accents = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[^A-Za-z0-9_-]", "_", without_accents)[:LONGEST_LAYER_NAME]


def can_be_traced(layer: str) -> bool:
    """Whether ``tf.function`` can run a layer of this name in a model.

    >>> can_be_traced("stack0_enc0_conv0"), can_be_traced("_conv"), can_be_traced("œil")
    (True, True, False)
    """
    return _OF_A_LAYER.fullmatch(layer) is not None


def as_model_name(name: str) -> str:
    """The name that is most like another one and is that of a model that ``tf.function`` can run.

    >>> as_model_name("UNet"), as_model_name("Réseau"), as_model_name("_Private")
    ('UNet', 'Reseau', 'network_Private')
    """
    if _OF_A_MODEL.fullmatch(name):
        return name
    plain = as_part_of_layer_name(name)
    return plain if _OF_A_MODEL.fullmatch(plain) else f"network{plain}"
