"""The whole file: words, imports, functions, tables, ``build``, and the design as a closing comment."""

import ast
from typing import Any

from encdec_widgets.architectures.fields.layer_names import as_model_name
from encdec_widgets.architectures.known_classes import is_shipped
from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.presets import CATALOGUE, family_name, preset_name
from encdec_widgets.explain.summary import summary
from encdec_widgets.export.keras_code.build_function import build_lines
from encdec_widgets.export.keras_code.closing import TOLD_AT_THE_TOP, closed
from encdec_widgets.export.keras_code.functions import Functions
from encdec_widgets.export.keras_code.kinds import maker_of, takes_skip, written_blocks
from encdec_widgets.export.keras_code.layout import OwnWiringError, layout_of
from encdec_widgets.export.keras_code.names import first_part, import_of, name_of_module
from encdec_widgets.export.keras_code.own_building import own_building
from encdec_widgets.export.keras_code.printing import docstring, printed
from encdec_widgets.formatting import exact_text


def to_code(design: Any) -> str:
    """Write a design as one plain Keras file: see :meth:`encdec_widgets.designs.design.Design.to_code`."""
    return code_of(design.build())


def code_of(backbone: Backbone) -> str:
    """The code of a network that was built: see :meth:`encdec_widgets.designs.design.Design.to_code`."""
    design = backbone.design
    trees: list[ast.FunctionDef] = []
    try:
        layout = layout_of(backbone)
    except OwnWiringError:
        tables: list[tuple[str, str]] = []
        lines, modules = own_building(design)
    else:
        with_skips = any(map(takes_skip, layout.decoder))
        modules = {
            cls.__module__ for b in backbone.built_blocks if not is_shipped(cls := maker_of(b.call.block))
        }
        functions = Functions(first_part(name_of_module(module)) for module in modules)
        written = written_blocks(backbone.built_blocks, functions, with_skips=with_skips)
        name = as_model_name(type(design.architecture).__name__)
        tables, lines = build_lines(layout, written, name, with_skips=with_skips)
        trees = functions.written()
    stride = design.architecture.maximum_stride
    lines = [
        'if keras.config.image_data_format() != "channels_last":',
        '    raise ValueError("This network takes images of (height, width, channels).")',
        *lines,
    ]
    build = [
        f"def build(input_shape={design.input_shape!r}):",
        '    """Build the network for images of this height and width, in px, and number of channels.',
        "",
        f"    Height and width must be divisible by {stride}.",
        '    """',
        *(f"    {line}" for line in lines),
    ]
    if stride == 1:
        del build[2:5]
        build[1] += '"""'
    parts = [printed([tree]) for tree in trees]
    if tables:
        parts.append("".join(comment + printed(ast.parse(table).body) for comment, table in tables))
    parts += [printed(ast.parse("\n".join(build)).body), _at_the_end(backbone)]
    body = "\n\n".join(parts)
    return closed(f"{_words(backbone)}\n{_imports(modules)}\n\n{body}", design.to_json())


def _words(backbone: Backbone) -> str:
    design = backbone.design
    said = [f"{summary(family_name(design), backbone.blocks)}."]
    if (name := preset_name(design)) is not None:
        said.append(f"{name}: {CATALOGUE[name].purpose}\nSource: {CATALOGUE[name].source}.")
    said.append(
        f"A Keras 3 network of {exact_text(backbone.parameters)} parameters, for any backend of Keras. It was\n"
        f"{TOLD_AT_THE_TOP}"
    )
    words = docstring("\n\n".join(said))
    return f'"""{words}\n"""\n'


def _imports(modules: set[str]) -> str:
    lines = ["import keras", *map(import_of, modules)]
    return "\n".join([*sorted(lines), "from keras import layers\n"])


def _at_the_end(backbone: Backbone) -> str:
    count = backbone.parameters
    return (
        'if __name__ == "__main__":\n'
        "    network = build()\n"
        '    print(f"{network.name}: {network.count_params():,} parameters")\n'
        f"    assert network.count_params() == {count}, network.count_params()\n"
    )
