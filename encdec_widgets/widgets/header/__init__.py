"""The top of the designer: family and preset, undo and redo, status."""
