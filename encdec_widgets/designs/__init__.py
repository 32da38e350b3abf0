"""A design as a value: its fields by path, its JSON, presets, edits, history and mends."""
