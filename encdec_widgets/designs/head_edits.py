"""Edits of which heads a design has: add one, remove one."""

import attrs

from encdec_widgets.architectures.blocks.head import Head, free_name, head_path
from encdec_widgets.designs.block_edits import BlockEdit
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import HEADS, head_at, head_paths
from encdec_widgets.formatting import quoted


def add_head(design: Design, path: str | None = None) -> BlockEdit:
    """Add a head like the one at ``path``, or else like the last one, after all others and under a name of its own.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.architectures.blocks.head import Head
        >>> design = Design(UNet(), head=Head(3, name="maps"))
        >>> edit = add_head(design)
        >>> edit.words, [head.name for head in design.replace_all(edit.changes).heads]
        ('add maps_2', ['maps', 'maps_2'])
    """
    heads = design.heads
    like = head_at(design, path) or (heads[-1] if heads else Head())
    new = attrs.evolve(like, name=free_name([head.name for head in heads], like.name))
    after = (*heads, new)
    return BlockEdit({HEADS: after}, f"add {new.name}", head_path(after, len(heads)))


def remove_head(design: Design, path: str) -> BlockEdit:
    """Take the head at ``path`` out.

    Raises:
        ValueError: If there is no such head.
    """
    if path not in (paths := head_paths(design)):
        there = f"There are: {', '.join(paths)}." if paths else "There are none."
        raise ValueError(f"There is no such head. Received: {quoted(path)}. {there}")
    index = paths.index(path)
    left = (*design.heads[:index], *design.heads[index + 1 :])
    selected = head_path(left, min(index, len(left) - 1)) if left else None
    return BlockEdit({HEADS: left}, f"remove {design.heads[index].name}", selected)
