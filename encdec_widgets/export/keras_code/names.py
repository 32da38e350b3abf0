"""Names in a file of Keras code: what is written anew, or imported, gets one that nothing else in the file has."""

import builtins
import keyword
import re

_OF_THE_FILE = frozenset(
    (
        *("keras", "layers", "build", "model", "network", "STEM", "ENCODER", "DECODER"),
        *("input_shape", "inputs", "outputs", "features", "stem", "prediction", "predictions"),
        *("i", "block", "skip", "stack", "settings", "x", "prefix", "current_stride", "skip_source"),
    )
)
"""What the file calls by name: its imports and tables, what ``build`` sets, and the arguments of its functions."""
_OTHERS = re.compile(r"other\d*")  # arguments of the function that joins stacks


def is_taken(name: str) -> bool:
    """Whether a name means something else in the file, or in Python.

    >>> [name for name in ("lambda", "print", "x", "other1", "squeezing") if is_taken(name)]
    ['lambda', 'print', 'x', 'other1']
    """
    return (
        name in _OF_THE_FILE
        or keyword.iskeyword(name)
        or hasattr(builtins, name)
        or _OTHERS.fullmatch(name) is not None
    )


def name_of_module(module: str) -> str:
    """What a user's module is called in the file: as it is, unless the name that its import sets is taken.

    >>> name_of_module("lab.blocks"), name_of_module("network"), name_of_module("build.blocks")
    ('lab.blocks', 'network_2', 'build_blocks_2')
    """
    return f"{module.replace('.', '_')}_2" if is_taken(first_part(module)) else module


def first_part(module: str) -> str:
    """The name that an import of a module sets.

    >>> first_part("lab.blocks")
    'lab'
    """
    return module.partition(".")[0]


def import_of(module: str) -> str:
    """The line that imports a user's module.

    >>> import_of("lab.blocks"), import_of("network")
    ('import lab.blocks', 'import network as network_2')
    """
    name = name_of_module(module)
    return f"import {module}" if name == module else f"import {module} as {name}"
