"""The hands on the picture: keyboard, zoom, skips taken in and out, download, presentation."""
