"""What both formats come to: an architecture, heads, an input, and perhaps a design that rides along."""

import attrs

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import fields_of
from encdec_widgets.export.found import Found, Note
from encdec_widgets.export.sleap.heads import FoundHead
from encdec_widgets.export.sleap.inputs import FoundInput
from encdec_widgets.export.sleap.networks import plain
from encdec_widgets.formatting import counted, error_text, shortened


@attrs.frozen
class Configuration:
    """A configuration that was read.

    Attributes:
        format: Its format.
        architecture: The backbone.
        heads: The heads that the file has.
        input: The input.
        notes: What was noted so far.
    """

    format: str
    architecture: EncoderDecoder
    heads: tuple[FoundHead, ...]
    input: FoundInput
    notes: tuple[Note, ...]

    def found(self, riding: "Design | None", riding_key: str) -> Found:
        """The design that it comes to.

        Args:
            riding: The design that rides along in the file, if there is one: it counts where it says the same.
            riding_key: Where it stands.
        """
        strides = sorted({s for s in self.architecture.feature_strides if s > 0})
        carried, notes = [], list(self.notes)
        for head in self.heads:
            if head.channels is None:
                text = f"Its channels, at stride {head.stride}, are not in the file: the skeleton's parts are needed."
                notes.append(Note("not carried", head.key, text))
            elif head.stride not in strides:
                text = (
                    f"There is no feature of stride {head.stride}; there are some of stride "
                    f"{', '.join(map(str, strides))}. It has {counted(head.channels, 'channel')}."
                )
                notes.append(Note("not carried", head.key, text))
            else:
                carried.append(head)
        if riding is not None:
            if self._says_the_same(riding):
                return Found(riding, self.format, _still_true(self.notes), None, self._layers(riding))
            text = "The design that rides along is another one than the numbers say; the numbers count."
            notes.append(Note("overwritten", riding_key, text))
        design = Design(self.architecture, self.input.shape, tuple(map(self._head, carried)))
        return Found(design, self.format, tuple(notes), None, tuple(head.layer for head in carried))

    def _head(self, found: FoundHead) -> Head:
        assert found.channels is not None
        stride = None if found.stride == self.architecture.output_stride else found.stride
        return Head(found.channels, found.activation, stride, found.name)

    def _says_the_same(self, riding: Design) -> bool:
        """Whether a design that rides along is what the numbers say, as far as they go."""
        if plain(riding.architecture) != self.architecture:
            return False
        said = zip(self.input.said, self.input.shape, riding.input_shape, strict=True)
        if any(is_said and here != there for is_said, here, there in said):
            return False
        if not riding.heads:  # a configuration has a head always
            return not any(head.said for head in self.heads)
        return len(riding.heads) == len(self.heads) and all(
            head.channels in (None, own.channels)
            and (own.stride or riding.architecture.output_stride) == head.stride
            and own.activation == head.activation
            for own, head in zip(riding.heads, self.heads, strict=True)
        )

    def _layers(self, riding: Design) -> tuple[str, ...]:
        return tuple(head.layer for head in self.heads) if riding.heads else ()


def riding_design(data: object, key: str, notes: list[Note]) -> Design | None:
    """The design that rides along in a configuration as data of its JSON; None, and a note, where it is none.

    Args:
        data: What rides along; None if nothing does.
        key: Where it stands.
        notes: To which the note is added.
    """
    if data is None:
        return None
    try:
        return Design(**fields_of(data))
    except (ValueError, TypeError) as error:
        text = f"The design that rides along can't be read, and the numbers count: {shortened(error_text(error))}"
        notes.append(Note("not carried", key, text))
        return None


def _still_true(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """What is to be said where a design that rides along counts: it leaves nothing to assume."""
    return tuple(note for note in notes if note.kind != "assumed")
