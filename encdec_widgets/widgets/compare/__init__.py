"""The table of designs that are compared, which the header opens over the picture."""
