"""Training a design on a small task that is drawn while it learns, in a process of its own."""
