"""Work that may hang, run out of memory or crash, in processes of its own: timing, receptive fields, training, maps."""
