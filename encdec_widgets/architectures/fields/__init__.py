"""Fields of blocks and architectures, each described once."""
