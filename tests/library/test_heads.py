"""Any number of heads: how they are given, named and edited, and the networks that are built of them."""

import json
from typing import Any

import attrs
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from encdec_widgets import Design
from encdec_widgets.architectures import StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.block_edits import nodes_at, path_of
from encdec_widgets.designs.counterparts import same_heads
from encdec_widgets.designs.edit_names import edit_name
from encdec_widgets.designs.edits import apply_edit
from encdec_widgets.designs.head_edits import add_head, remove_head
from encdec_widgets.designs.heads import head_paths, words_at
from encdec_widgets.designs.no_effect import fields_without_effect
from encdec_widgets.designs.variants import all_else, current_value, fields_to_try, with_value
from encdec_widgets.explain.changes import changes
from tests.amount import full_or
from tests.library.drawn_heads import designs

EXAMPLES = full_or({"numpy": 100, "tensorflow": 20}.get(keras.backend.backend(), 8), 10)
SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

UNET = UNet(filters=2, convs_per_block=1, down_blocks=3, up_blocks=3)
MAPS, PAFS, CLASSES = Head(3, stride=2, name="maps"), Head(4, stride=4, name="pafs"), Head(2, name="classes")
ONE = Design(UNET, (32, 32, 1), Head(3))
TWO = Design(UNET, (32, 32, 1), heads=[MAPS, PAFS])


@pytest.mark.backend
@SLOW
@given(design=designs())
def test_every_head_is_built_in_its_order_with_the_parameters_of_one_convolution(design: Design) -> None:
    backbone, heads = design.build(), design.heads
    model, stacks = backbone.structure, design.architecture.stacks
    names = [head.name for head in heads] if len(heads) > 1 else ["head"]
    assert [tensor._keras_history.operation.name for tensor in model.outputs] == [
        f"stack{stack}_{name}" for stack in range(stacks) for name in names
    ]
    for number, output in enumerate(model.outputs):
        head = heads[number % len(heads)]
        layer = output._keras_history.operation
        before = layer.input.shape[-1]
        stride = head.stride or design.architecture.output_stride
        assert output.shape == (None, 16 // stride, 32 // stride, head.channels)
        assert layer.count_params() == before * head.channels + head.channels
        assert layer.activation is keras.activations.get(head.activation)
        assert backbone.blocks.nodes[layer.name]["parameters"] == layer.count_params()
    assert len(backbone.network.features) == stacks
    assert [len(of_stack) for of_stack in backbone.predictions] == [len(heads)] * stacks
    assert [id(output) for of_stack in backbone.predictions for output in of_stack] == list(
        map(id, model.outputs)
    )
    bare = design.replace("head", None).build()
    joined = sum(layer.count_params() for layer in model.layers if "_join_head" in layer.name)
    of_heads = sum(output._keras_history.operation.count_params() for output in model.outputs)
    left_out = [b for b in backbone.built_blocks if b.call.prefix not in backbone.blocks]
    assert left_out or backbone.parameters == bare.parameters + of_heads + joined


@SLOW
@given(design=designs())
def test_json_keeps_all_heads_and_is_of_version_1_wherever_0_1_0_can_read_it(design: Design) -> None:
    text = design.to_json()
    assert Design.from_json(text) == design
    data = json.loads(text)
    if len(design.heads) == 1 and design.heads[0].name == "head":
        assert data["encdec_widgets_design"] == 1
        assert data["head"]["fields"].keys() == {"channels", "activation", "stride"}
    else:
        assert data["encdec_widgets_design"] == 2
        assert [head["fields"]["name"] for head in data["heads"]] == [head.name for head in design.heads]


@SLOW
@given(design=designs())
def test_paths_lead_to_the_same_heads_in_the_design_and_in_the_graph(design: Design) -> None:
    blocks = design.build().blocks
    paths = head_paths(design)
    for i, path in enumerate(paths):
        names = nodes_at(blocks, path)
        assert len(names) == design.architecture.stacks
        assert {path_of(blocks, name) for name in names} == {path}
        for same in {path, f"heads[{i}]"}:
            wider = design.replace(f"{same}.channels", 9)
            assert [head.channels == 9 for head in wider.heads] == [j == i for j in range(len(paths))]
        assert design.replace(f"heads[{i}]", Head(7, name="new")).heads[i] == Head(7, name="new")


def test_a_lone_head_is_given_and_read_as_ever() -> None:
    assert ONE == Design(UNET, (32, 32, 1), heads=(Head(3),)) == Design(UNET, (32, 32, 1), head=[Head(3)])
    assert ONE.head == Head(3)
    assert ONE.heads == (Head(3),)
    assert ONE.replace("head", None).head is None
    assert ONE.replace("heads", ()).heads == ()
    assert attrs.evolve(ONE, head=None).heads == ()
    assert Design(UNET).heads == ()
    assert hash(ONE) == hash(Design(UNET, (32, 32, 1), heads=[Head(3)]))
    assert TWO.replace("head", Head(5)).heads == (Head(5),)


def test_with_several_heads_the_head_is_none_of_them() -> None:
    with pytest.raises(FieldError, match="one of 2 heads: read heads"):
        _ = TWO.head


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Design(UNET, head=MAPS, heads=[PAFS]), "given together with head"),
        (lambda: Design(UNET, head=3), r"^head must be a Head"),
        (lambda: Design(UNET, heads=[MAPS, 3]), r"^heads must be a Head"),
        (lambda: Design(UNET, heads=[MAPS, MAPS]), r"^heads\[1\]\.name must differ .* Would work: 'maps_2'"),
        (lambda: TWO.replace("heads[1].name", "maps"), r"^heads\[1\]\.name must differ"),
        (lambda: TWO.replace("heads[0].name", "pafs"), r"^heads\[0\]\.name must differ .* 'pafs_2'"),
        (lambda: TWO.replace("heads[0]", PAFS), r"^heads\[0\]\.name must differ"),
        (
            lambda: TWO.replace_all({"heads[0].name": "a", "heads[1].name": "a"}),
            r"^heads\[1\]\.name must differ",
        ),
        (lambda: TWO.replace_all({"head": MAPS, "heads": [PAFS]}), "^heads .* given together with head"),
        (
            lambda: TWO.replace("heads[1].stride", 3),
            r"^heads\[1\]\.stride must be None .* Would work: 4 or 2",
        ),
        (lambda: TWO.replace("heads[1].channels", 0), r"^heads\[1\]\.channels must be"),
        (lambda: TWO.replace("heads[1].size", 0), r"^heads\[1\]\.size is no field of Head"),
        (lambda: TWO.replace("heads[2].channels", 1), r"there is heads\[0\] to heads\[1\]"),
        (lambda: TWO.replace("heads[1]", 5), r"^heads\[1\] must be a Head"),
        (lambda: TWO.replace("head.channels", 5), r"there are 2 heads: heads\[0\], heads\[1\]"),
        (lambda: ONE.replace("head", None).replace("heads[0].channels", 5), "this design has none"),
        (lambda: Head(name="enc0"), r"^name must be .* Would work: 'head_enc0'"),
        (lambda: Head(name="dec12_conv"), "^name must be"),
        (lambda: Head(name="join"), "^name must be"),
        (lambda: Head(name="left eye"), "Would work: 'left_eye'"),
        (lambda: Head(name="left-eye"), "Would work: 'left_eye'"),
        (lambda: Head(name=""), "Would work: 'head'"),
        (lambda: Head(name="x" * 101), f"Would work: '{'x' * 100}'"),
        (lambda: Head(name=3), "Would work: 'head'"),
    ],
)
def test_what_is_no_head_is_refused_with_what_would_work(make: Any, words: str) -> None:
    with pytest.raises(FieldError, match=words):
        make()


def test_heads_can_swap_their_names() -> None:
    swapped = TWO.replace_all({"heads[0].name": "pafs", "heads[1].name": "maps"})
    assert [head.name for head in swapped.heads] == ["pafs", "maps"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda: (json.loads(TWO.to_json()), "head"), "version 2, has no key 'head'. Did you mean 'heads'"),
        (lambda: (json.loads(ONE.to_json()), "heads"), "version 1, has no key 'heads'. Did you mean 'head'"),
    ],
)
def test_each_version_of_the_json_has_its_own_key(edit: Any, words: str) -> None:
    data, key = edit()
    with pytest.raises(ValueError, match=words):
        Design.from_json(json.dumps({**data, key: None}))


@pytest.mark.parametrize(
    ("design", "key", "words"),
    [(TWO, "heads", "must be a list of heads"), (ONE, "head", "must be a Head or null")],
)
def test_each_version_of_the_json_has_its_own_form(design: Design, key: str, words: str) -> None:
    data = json.loads(design.to_json())
    data[key] = [data[key]] if key == "head" else data[key][0]
    with pytest.raises(ValueError, match=words):
        Design.from_json(json.dumps(data))


def test_a_bad_value_in_json_is_named_at_its_head() -> None:
    data = json.loads(TWO.to_json())
    data["heads"][1]["fields"]["channels"] = 0
    with pytest.raises(FieldError, match=r"^heads\[1\]\.channels must be"):
        Design.from_json(json.dumps(data))


def test_heads_are_added_and_taken_out() -> None:
    design = ONE
    for words in ("add head_2", "add head_3"):
        edit = add_head(design)
        assert edit.words == words
        design = design.replace_all(edit.changes)
        assert edit.path == head_paths(design)[-1]
    assert [head.channels for head in design.heads] == [3, 3, 3]
    edit = remove_head(design, "heads[1]")
    assert (edit.words, edit.path) == ("remove head_2", "heads[1]")
    design = design.replace_all(edit.changes)
    edit = remove_head(design, "heads[0]")
    assert edit.path == "head"
    design = design.replace_all(edit.changes)
    edit = remove_head(design, "head")
    assert edit.path is None
    assert design.replace_all(edit.changes) == ONE.replace("head", None)
    assert add_head(ONE.replace("head", None)).path == "head"
    with pytest.raises(ValueError, match="no such head"):
        remove_head(ONE, "heads[4]")


@pytest.mark.parametrize(
    ("after", "name"),
    [
        (TWO.replace("heads[1].channels", 8), "channels of pafs 4 to 8"),
        (TWO.replace("heads[0].name", "confmaps"), "name of maps maps to confmaps"),
        (TWO.replace("heads", [MAPS, PAFS, CLASSES]), "head classes on"),
        (TWO.replace("heads", [PAFS]), "head maps off"),
        (TWO.replace("heads", [PAFS, MAPS]), "order of heads maps, pafs to pafs, maps"),
        (TWO.replace("heads", ()), "head maps off, and 1 more"),
    ],
)
def test_an_edit_of_heads_is_named_after_them(after: Design, name: str) -> None:
    assert edit_name(TWO, after) == name


def test_a_head_is_known_again_by_its_name_or_by_all_else() -> None:
    assert same_heads([MAPS, PAFS], [PAFS, MAPS]) == (1, 0)
    assert same_heads([MAPS, PAFS], [MAPS, CLASSES, PAFS]) == (0, None, 1)
    assert same_heads([MAPS], [attrs.evolve(MAPS, name="confmaps"), PAFS]) == (0, None)
    assert same_heads([MAPS, PAFS], [MAPS, CLASSES]) == (0, 1)
    assert same_heads([MAPS], []) == ()


def weights_by_head(design: Design, model: Any) -> list[Any]:
    layers = [tensor._keras_history.operation for tensor in model.outputs]
    return [keras.ops.convert_to_numpy(layer.kernel) for layer in layers[: len(design.heads)]]


@pytest.mark.backend
@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (ONE, ONE.replace_all(add_head(ONE).changes), {0: 0}),
        (ONE, ONE.replace("head.name", "maps"), {0: 0}),
        (ONE, ONE.replace("heads", [PAFS, attrs.evolve(ONE.heads[0], name="maps")]), {0: 1}),
        (TWO, TWO.replace("heads[0].name", "confmaps"), {0: 0, 1: 1}),
        (TWO, TWO.replace("heads", [PAFS]), {1: 0}),
        (TWO, TWO.replace("heads", [CLASSES, PAFS, MAPS]), {0: 2, 1: 1}),
        (TWO, TWO.replace("heads[0].channels", 5), {1: 1}),
    ],
)
def test_a_head_keeps_its_weights_beside_others(before: Design, after: Design, kept: dict[int, int]) -> None:
    first = before.build()
    had = weights_by_head(before, first.model)
    second = after.build(first)
    has = weights_by_head(after, second.model)
    assert {
        i: j for i, one in enumerate(had) for j, other in enumerate(has) if np.array_equal(one, other)
    } == kept
    fresh = after.build().structure
    assert [tuple(weight.shape) for weight in second.structure.weights] == [
        tuple(weight.shape) for weight in fresh.weights
    ]


@pytest.mark.backend
def test_a_stacked_hourglass_joins_the_predictions_of_all_heads() -> None:
    network = StackedHourglass(stacks=2, filters=4, stem_filters=2, down_blocks=1, up_blocks=1)
    heads = [Head(3, name="maps"), Head(5, name="pafs")]
    model = Design(network, (16, 16, 1), heads=heads).build().structure
    (join,) = [layer for layer in model.layers if layer.name == "stack0_join_add"]
    assert len(join.input) == 4
    for i, head in enumerate(heads):
        layer = model.get_layer(f"stack0_join_head{i}_conv1x1")
        assert layer.input is model.get_layer(f"stack0_{head.name}").output
        assert layer.count_params() == head.channels * 4 + 4
    with pytest.raises(FieldError, match=r"^heads\[1\]\.stride must be None or 4 with 2 stacks"):
        Design(network, (16, 16, 1), heads=[heads[0], Head(5, stride=8, name="pafs")])


def test_blocks_after_the_last_head_have_no_effect() -> None:
    left_out = fields_without_effect(TWO, "decoder[2]")["refine_convs"]
    assert left_out.reason == "No effect while all heads are attached before this block."
    assert "refine_convs" not in fields_without_effect(TWO, "decoder[1]")
    coarse = TWO.replace("heads[0].stride", 4)
    assert "refine_convs" in fields_without_effect(coarse, "decoder[1]")
    to_the_end = TWO.replace("heads[1].stride", None)
    assert "refine_convs" not in fields_without_effect(to_the_end, "decoder[2]")


def test_a_name_has_an_effect_beside_other_heads_alone() -> None:
    why = fields_without_effect(ONE, "head")["name"]
    assert not why.locked
    assert "name" not in fields_without_effect(TWO, "heads[0]")
    renamed = ONE.replace("head.name", "maps")
    assert not changes(ONE.build().blocks, renamed.build().blocks)


def test_other_values_of_each_head_can_be_tried() -> None:
    found = fields_to_try(TWO, "heads[1]")
    assert {"heads[0].channels", "heads[1].channels", "heads[1].activation"} <= found.keys()
    assert "heads[1].name" not in found
    assert current_value(TWO, "heads[1].channels") == 4
    wider = with_value(TWO, "heads[1].channels", 9)
    assert wider.heads == (MAPS, attrs.evolve(PAFS, channels=9))
    assert all_else(wider, "heads[1].channels") == all_else(TWO, "heads[1].channels")
    assert all_else(wider, "heads[0].channels") != all_else(TWO, "heads[0].channels")
    assert words_at(TWO, "heads[1].channels") == "channels of pafs"
    assert words_at(ONE, "head.channels") == "head channels"


def test_a_mend_calls_a_head_by_its_name() -> None:
    outcome = apply_edit(TWO, {}, {"heads[1].stride": 3})
    assert outcome.bad_field == "heads[1].stride"
    assert [mend.label for mend in outcome.mends[:2]] == [
        "set stride of pafs to 4",
        "set stride of pafs to 2",
    ]
    again = apply_edit(TWO, outcome.pending, {"heads": [MAPS]})
    assert again.error is None
    assert again.design.heads == (MAPS,)


def test_where_all_heads_stand_before_the_end_a_mend_puts_the_finest_there() -> None:
    (check,) = [check for check in TWO.build().checks() if check.kind == "block left out"]
    assert "All heads are attached before it, at strides 2 and 4." in check.reason
    at_the_end, shorter = check.mends
    assert at_the_end.label == "maps at the output"
    assert TWO.replace_all(at_the_end.changes).heads[0].stride is None
    shortened = TWO.replace_all(shorter.changes)
    assert shortened.architecture.up_blocks == 2
    assert shortened.build().parameters == TWO.build().parameters


@SLOW
@given(design=designs())
def test_the_output_that_sees_is_that_of_the_first_head_of_the_last_stack(design: Design) -> None:
    backbone = design.build()
    name = (
        f"stack{design.architecture.stacks - 1}_{design.heads[0].name if len(design.heads) > 1 else 'head'}"
    )
    field = backbone.receptive_field()
    assert field.output == field.blocks[name]
