"""Controls of the fields of a design, a block and a head."""
