"""What a person reads where a block is named: the same in the picture, the table, checks and errors."""

import re

_PREFIX = re.compile(r"stack(\d+)_(.+)", re.DOTALL)


def block_label(name: str, *, several_stacks: bool) -> str:
    """The label of a block, whose name is the prefix of its layers.

    >>> block_label("stack0_dec2", several_stacks=False), block_label("stack1_dec2", several_stacks=True)
    ('dec2', 'dec2 of stack 1')
    >>> block_label("stem0", several_stacks=True)
    'stem0'
    """
    match = _PREFIX.fullmatch(name)
    if match is None:
        return name
    return f"{match[2]} of stack {match[1]}" if several_stacks else match[2]


def without_stack(label: str, stack: int) -> str:
    """A label for where it is seen in which stack the block is.

    >>> without_stack("dec2 of stack 1", 1), without_stack("dec2 of stack 1, 5 layers", 1), without_stack("dec2", 0)
    ('dec2', 'dec2, 5 layers', 'dec2')
    """
    return label.replace(f" of stack {stack}", "")
