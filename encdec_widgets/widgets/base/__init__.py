"""Parts that any widget here can use."""
