"""Train, edit, go on: which layers keep their weights, and what undo and redo give back."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, FCDenseNet, Hourglass, StackedHourglass
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.designs.block_edits import BlockEdit, add, duplicate, move, remove
from encdec_widgets.designs.history import History, State
from encdec_widgets.explain.kept_text import kept_text
from encdec_widgets.networks.keras_private import is_filled
from encdec_widgets.session import Session, kept_weights
from encdec_widgets.session.kept_weights import KeptWeights, Left
from tests.amount import full_or
from tests.library.test_rebuild import FAMILIES, edits
from tests.session.conftest import SMALL

pytestmark = pytest.mark.backend

NUMBERS = itertools.count(1)


def train(session: Session) -> dict[str, float]:
    """Give each layer weights that are all one number, of its own; return the numbers by the layers' names."""
    numbers = {}
    for layer in session.model.layers:
        if layer.weights:
            numbers[layer.name] = float(next(NUMBERS))
            layer.set_weights([np.full(w.shape, numbers[layer.name], "float32") for w in layer.get_weights()])
    return numbers


def number_of(layer: Any) -> float | None:
    """The number that its weights are; None of a layer that was not trained."""
    found = {float(number) for weights in layer.get_weights() for number in np.unique(weights)}
    return found.pop() if len(found) == 1 else None


def numbers_of(session: Session) -> dict[str, float | None]:
    return {layer.name: number_of(layer) for layer in session.model.layers if layer.weights}


def kept_numbers(session: Session) -> dict[str, float]:
    """Those of layers that were trained before."""
    return {name: number for name, number in numbers_of(session).items() if number}


def trained(design: Design) -> tuple[Session, dict[str, float]]:
    session = Session(design)
    return session, train(session)


def edited(design: Design, edit: str, at: int) -> tuple[BlockEdit, list[int | None]]:
    """An edit of a block of the encoder, and which block each one was before."""
    path, order = f"encoder[{at}]", list(range(len(design.blocks_of("encoder"))))
    if edit == "move":
        order[at], order[at + 1] = at + 1, at
        return move(design, path, 1), list(order)
    if edit == "remove":
        return remove(design, path), [*order[:at], *order[at + 1 :]]
    make = add if edit == "add" else duplicate
    return make(design, path), [*order[: at + 1], None, *order[at + 1 :]]


def settings_of(session: Session) -> dict[str, Any]:
    return {
        layer.name: (
            type(layer),
            {**layer.get_config(), "name": ""},
            [w.shape for w in layer.weights],
        )
        for layer in session.model.layers
        if layer.weights
    }


@pytest.mark.parametrize("edit", ["add", "duplicate", "remove", "move"])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{type(family).__name__}-{family.stacks}")
def test_layers_keep_their_weights_whatever_number_their_block_gets(
    family: EncoderDecoder, edit: str
) -> None:
    session, numbers = trained(Design(family, (64, 64, 1)))
    before, stacks = settings_of(session), session.design.architecture.stacks
    change, order = edited(session.design, edit, 0)
    session.change(change, now=True)
    if (
        session.problem is not None
    ):  # Stacks must stay symmetric, and an hourglass needs each skip connection.
        assert stacks > 1 or isinstance(family, (Hourglass, StackedHourglass))
        return
    after, found = settings_of(session), numbers_of(session)
    same = 0
    for stack, (now, then) in itertools.product(range(stacks), enumerate(order)):
        for name in after:
            own = name.removeprefix(f"stack{stack}_enc{now}_")
            if own == name:
                continue
            if then is None:
                assert found[name] not in numbers.values()
            elif before.get(f"stack{stack}_enc{then}_{own}") == after[name]:
                assert found[name] == numbers[f"stack{stack}_enc{then}_{own}"], name
                same += 1
    assert same or edit in ("remove", "move")  # Those may change the channels of all that follows.
    session.undo()
    assert numbers_of(session) == numbers


def test_undo_and_redo_bring_back_what_an_edit_took_away_and_leave_what_was_learnt_since() -> None:
    session, first = trained(SMALL)
    session.change("encoder[1].kernel_size", 5)
    second = train(session)
    session.undo()
    taken = {"stack0_enc1_conv0", "stack0_enc1_conv1"}
    assert numbers_of(session) == {name: (first if name in taken else second)[name] for name in first}
    third = train(session)
    session.redo()
    assert numbers_of(session) == {name: (second if name in taken else third)[name] for name in first}


def test_weights_that_were_never_trained_come_back_too_and_take_no_memory() -> None:
    session = Session(SMALL)
    before = session.model.get_weights()
    session.change("filters", 3)
    kept = session._builder.kept_with(session.backbone)
    assert kept.layers
    assert not any(
        is_filled(source)
        for layer in kept.layers.values()
        for source in layer.sources
        if hasattr(source, "path")
    )
    session.undo()
    assert all(map(np.array_equal, before, session.model.get_weights()))


def test_weights_survive_edits_whose_networks_are_never_filled() -> None:
    session, numbers = trained(SMALL)
    for value in (3, 4, 5):
        session.change("filters", value)
    session.change("kernel_size", 5)
    for _ in range(4):
        session.undo()
    assert numbers_of(session) == numbers


def test_a_drag_that_leads_back_gives_the_weights_back() -> None:
    session, numbers = trained(SMALL)
    session.hold(True)
    for value in (3, 4, 3, 2):
        session.turn("filters", value)
    session.hold(False)
    assert session.design == SMALL
    assert numbers_of(session) == numbers


A, B, C = (Head(3, name=name) for name in "abc")
JOINED = Design(
    StackedHourglass(stacks=2, filters=4, stem_filters=2, down_blocks=1, up_blocks=1),
    (16, 16, 1),
    heads=[A, B, C],
)


def test_undo_gives_heads_their_own_ways_into_the_next_stack_back() -> None:
    session, numbers = trained(JOINED)
    session.change("heads", [B, C], now=True)
    session.change("heads", [C], now=True)
    ways = {name: number for name, number in numbers_of(session).items() if "_join_head" in name}
    assert ways == {"stack0_join_head_conv1x1": numbers["stack0_join_head2_conv1x1"]}
    session.undo()
    session.undo()
    assert numbers_of(session) == numbers


def test_ways_come_back_to_their_heads_also_from_a_state_next_to_it() -> None:
    """As where edits follow each other quickly: the present state never had a network."""
    session, numbers = trained(JOINED)
    network = session.backbone.network
    layers = {layer.origin: layer for of_place in network.layers.values() for layer in of_place.values()}
    before, now = State(JOINED, ""), State(JOINED.replace("heads", [C, A]), "")
    kept = KeptWeights(left=(Left(before, network.origins),), layers=layers)
    back = kept.back(now.design, History((before, now), 1))
    (joined,) = (of_place for place, of_place in back.items() if place[0] == "join")
    assert {name: numbers[layer.layer.name] for name, layer in joined.items() if "_head" in name} == {
        "_head0_conv1x1": numbers["stack0_join_head2_conv1x1"],
        "_head1_conv1x1": numbers["stack0_join_head0_conv1x1"],
    }


def test_another_design_starts_anew_and_undo_brings_all_weights_back() -> None:
    session, numbers = trained(SMALL)
    session.load(SMALL.replace("input_shape", (32, 32, 1)))
    assert not kept_numbers(session)
    assert session.shown
    assert session.shown.effect.endswith(kept_text(0, session.backbone.parameters))
    others = train(session)
    session.undo()
    assert numbers_of(session) == numbers
    session.redo()
    assert numbers_of(session) == others


def test_a_new_edit_does_not_bring_back_what_an_earlier_one_took_away() -> None:
    session, numbers = trained(SMALL)
    session.change("filters", 3)
    session.change("filters", 2)
    assert not kept_numbers(session)
    session.undo()
    session.undo()
    assert numbers_of(session) == numbers


def test_frozen_layers_come_back_frozen() -> None:
    session, _ = trained(SMALL)
    session.model.get_layer("stack0_enc1_conv0").trainable = False
    session.change("filters", 3)
    session.undo()
    assert not session.model.get_layer("stack0_enc1_conv0").trainable


class _Outside(CustomEncoderDecoder):
    """It makes a layer outside of its blocks."""

    def make_encoder(self, x_in: Any, current_stride: int, prefix: str = "enc") -> Any:
        import keras

        return super().make_encoder(keras.layers.Conv2D(3, 1, name="outside")(x_in), current_stride, prefix)


def test_a_layer_outside_of_blocks_keeps_its_weights() -> None:
    plain = CustomEncoderDecoder.of(SMALL.architecture)
    session, numbers = trained(Design(_Outside(encoder=plain.encoder, decoder=plain.decoder), (32, 32, 1)))
    session.change("input_shape", (64, 64, 1))
    assert numbers_of(session)["outside"] == numbers["outside"]
    session.change("input_shape", (64, 64, 3))
    assert numbers_of(session)["outside"] is None
    session.undo()
    assert numbers_of(session)["outside"] == numbers["outside"]


def test_there_is_room_for_the_newest_and_what_is_let_go_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    session, first = trained(SMALL)
    room = session.backbone.weight_bytes * 3 // 2
    monkeypatch.setattr(kept_weights, "memory_limit", lambda: room * kept_weights.SHARE)
    session.change("filters", 3)
    assert session.shown
    assert "no room" not in session.shown.effect
    second = train(session)
    session.change("filters", 4)
    assert "there is no room to bring back" in session.shown.effect
    kept = session._builder.kept_with(session.backbone)
    assert sum(kept_weights.bytes_held(layer.sources) for layer in kept.layers.values()) <= room
    session.undo()
    back = kept_numbers(session)
    assert back
    assert back.items() <= second.items()
    session.undo()
    assert set(kept_numbers(session).values()) < set(first.values())


def test_the_last_edit_says_how_many_parameters_keep_their_weights() -> None:
    session = Session(SMALL)
    session.change("decoder[1].refine_convs", 1)
    assert session.shown
    assert "their weights" not in session.shown.effect
    session.undo()
    train(session)
    session.change("encoder[1].kernel_size", 5)
    changed = sum(
        session.backbone.structure.get_layer(f"stack0_enc1_conv{i}").count_params() for i in range(2)
    )
    total = session.backbone.parameters
    assert session.shown.effect.startswith("+")
    assert kept_text(total - changed, total) in session.shown.effect
    assert session.model is not None  # fills the new layers
    session.change("input_shape", (32, 32, 1))
    assert session.shown.effect.endswith("all parameters keep their weights")


def test_the_random_state_of_dropout_is_no_parameter() -> None:
    session = Session(Design(FCDenseNet(first_filters=4, growth_rate=2), (32, 32, 1)))
    train(session)
    for edit in (lambda: session.change("input_shape", (64, 64, 1)), session.undo):
        edit()
        assert session.shown
        assert session.shown.effect.endswith("all parameters keep their weights")


def block_edits(design: Design) -> Iterator[BlockEdit]:
    for at in range(len(design.blocks_of("encoder"))):
        for make in (add, duplicate, remove, lambda d, path: move(d, path, 1)):
            yield make(design, f"encoder[{at}]")


@settings(max_examples=full_or(30, 5), deadline=None, suppress_health_check=list(HealthCheck))
@given(family=st.sampled_from(FAMILIES), data=st.data())
def test_a_layer_has_what_it_learnt_last_after_any_edits_undone_and_redone(
    family: EncoderDecoder, data: st.DataObject
) -> None:
    """A layer is followed by the numbers that it has, from a network to the next."""
    session = Session(
        Design(
            family, (64, 64, 1), data.draw(st.sampled_from([None, Head(2), [Head(2), Head(3, name="maps")]]))
        )
    )
    learnt: dict[float, float] = {}  # by the first number of a layer, its number now
    seen: dict[int, dict[str, float]] = {}  # by state, the first numbers of its layers

    def look() -> None:
        state, now = id(session.editor.history.present), numbers_of(session)
        first = {number: line for line, number in learnt.items()}
        if state in seen:
            assert now == {name: learnt[line] for name, line in seen[state].items()}
        lines = {name: first.get(number) if number else None for name, number in now.items()}
        for name, number in train(session).items():
            line = lines[name] or number
            learnt[line] = number
            seen.setdefault(state, {})[name] = line

    look()
    states = [session.editor.history]  # so that no id is used twice
    for _ in range(data.draw(st.integers(3, 6))):
        for action in data.draw(
            st.lists(st.sampled_from(["edit", "blocks", "undo", "redo"]), min_size=1, max_size=2)
        ):
            if action == "blocks":
                if block_edits_now := list(block_edits(session.design)):  # none where no block is left
                    session.change(data.draw(st.sampled_from(block_edits_now)))
            elif action == "edit":
                path, values = data.draw(st.sampled_from(list(edits(session.design))))
                session.change(path, data.draw(values))
            else:
                getattr(session, action)()
            if session.problem is not None:
                session.undo()
            states.append(session.editor.history)
        look()
