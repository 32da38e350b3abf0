"""The top of the designer: family and preset, undo and redo, designs that come and go, and five figures."""
