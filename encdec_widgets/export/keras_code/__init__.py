"""A network as one plain Keras file.

The code of a block is its own ``make_block``, with the settings of the network's blocks put in: a block is described
once, and a new kind of block needs nothing here. How the blocks are connected is read from the network that was built.
"""
