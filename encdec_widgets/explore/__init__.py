"""Many designs: what other values of a field would make of a network."""
