"""The code of a design: run in a process of its own it builds the same network, and it reads as if written by hand."""

import ast
import inspect
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import keras
import pytest

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import CustomEncoderDecoder, StackedHourglass, StridedConvBlock, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.export.keras_code.sources import with_methods_put_in
from encdec_widgets.export.keras_code.written import code_of
from tests.amount import full_or
from tests.builds import built
from tests.export.random_designs import random_designs
from tests.export.run_code import structure_of
from tests.export.running import built_in, run

# A backend takes seconds to start, JAX and TensorFlow some more for every new shape of weights.
COUNT = full_or(200, {"numpy": 20}.get(keras.backend.backend(), 3))

# The largest of a family take ten times as long as all others. Their code is that of a smaller one, with other numbers.
LARGEST = ("Stacked hourglass, 8 stacks", "FC-DenseNet67", "FC-DenseNet103")
PRESETS = full_or(list(presets()), [name for name in presets() if name not in LARGEST])


def as_json(data: object) -> object:
    return json.loads(json.dumps(data))


def test_the_code_of_every_preset_builds_its_network_where_this_package_is_not(tmp_path: Path) -> None:
    backbones = {f"p{i}": built(preset(name)) for i, name in enumerate(PRESETS)}
    said = run({name: code_of(each) for name, each in backbones.items()}, tmp_path, backend="numpy")
    assert said.rstrip().endswith("False"), "the code imports this package"
    for name, backbone in backbones.items():
        assert built_in(tmp_path, name) == as_json(structure_of(backbone.structure)), backbone.design


@pytest.mark.backend
def test_the_code_of_any_design_builds_the_same_layers_connections_and_parameters(tmp_path: Path) -> None:
    designs = {f"d{i}": design for i, design in enumerate(random_designs(full_or(2, 1), COUNT))}
    backbones = {name: design.build() for name, design in designs.items()}
    codes = {name: code_of(backbone) for name, backbone in backbones.items()}
    run(codes, tmp_path, backend=keras.backend.backend())
    for name, backbone in backbones.items():
        assert built_in(tmp_path, name) == as_json(structure_of(backbone.structure)), codes[name]
    require_clean(tmp_path)


def require_clean(folder: Path) -> None:
    """Hold files of code against the linter, with the rules of this project, and the formatter with those of anyone."""
    rules = Path(__file__).parents[2] / "pyproject.toml"
    for arguments in (["check", "--config", str(rules)], ["format", "--check", "--diff", "--isolated"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "--no-cache", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_the_code_of_every_preset_is_as_linter_and_formatter_want_it(tmp_path: Path) -> None:
    for i, name in enumerate(presets()):
        (tmp_path / f"p{i}.py").write_text(code_of(built(preset(name))), encoding="utf-8")
    require_clean(tmp_path)


def test_the_code_has_a_function_for_each_kind_of_block_and_a_loop_over_a_table() -> None:
    lines = preset("SLEAP medium single").to_code().splitlines()
    functions = [line.split("(")[0] for line in lines if line.startswith("def ")]
    assert functions == [
        "def simple_conv_block",
        "def pooling_block",
        "def simple_upsampling_block",
        "def build",
    ]
    assert sum("layers." in line for line in lines) == 8  # of 43 layers
    assert '    (simple_conv_block, {"pool": True, "filters": 128}),' in lines
    assert "    for i, (skip, settings) in enumerate(DECODER):" in lines
    assert "    assert network.count_params() == 1953072, network.count_params()" in lines


def test_a_choice_between_two_equal_values_is_written_as_the_value() -> None:
    blocks = (
        StridedConvBlock(filters=4, pooling_stride=1, num_convs=2),
        StridedConvBlock(filters=8, pooling_stride=1),
    )
    code = Design(CustomEncoderDecoder(encoder=blocks), (16, 16, 1)).to_code()
    assert "strides=1," in code
    assert " if i == 0 else " not in code
    structure = structure_of(network_of(code))
    assert structure == structure_of(
        Design(CustomEncoderDecoder(encoder=blocks), (16, 16, 1)).build().structure
    )


def test_a_network_of_many_stacks_takes_no_more_code_than_one_of_two() -> None:
    two, eight = (Design(StackedHourglass(stacks=stacks)).to_code().splitlines() for stacks in (2, 8))
    assert len(two) == len(eight) < 200


def test_the_code_leaves_backend_and_precision_to_who_runs_it() -> None:
    code = preset("FC-DenseNet56").to_code()
    for setting in ("KERAS_BACKEND", "set_dtype_policy", "dtype", "set_image_data_format", "environ"):
        assert setting not in code


def network_of(code: str) -> object:
    """What the code of a design builds in this process."""
    names: dict[str, object] = {"__name__": "generated"}
    exec(compile(code, "generated", "exec"), names)
    build = names["build"]
    assert callable(build)
    network: object = build()
    return network


def test_the_code_builds_with_the_precision_that_is_set() -> None:
    design = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (32, 32, 1), Head(2, "softmax"))
    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        half = design.build()
        assert structure_of(network_of(design.to_code())) == structure_of(half.structure)
    finally:
        keras.config.set_dtype_policy(before)
    assert structure_of(network_of(code_of(half))) != structure_of(half.structure)


def test_where_channels_come_first_the_code_says_that_it_is_not_written_for_that() -> None:
    code = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (32, 32, 1)).to_code()
    keras.config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match="takes images of"):
            network_of(code)
    finally:
        keras.config.set_image_data_format("channels_last")


def test_a_block_whose_code_has_no_form_here_is_told_to_who_writes_it() -> None:
    class Odd:
        def make_block(self, x: object, prefix: str) -> object:
            return [self.part(x)]

        def part(self, x: object) -> object:
            return x

    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(Odd.make_block))).body
    assert isinstance(tree, ast.FunctionDef)
    with pytest.raises(NotImplementedError, match=r"self\.part\(x\) of Odd has no form in code"):
        with_methods_put_in(tree, Odd)
