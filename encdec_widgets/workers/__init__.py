"""Work in processes of their own, where it may hang, run out of memory or crash: timing, effective receptive fields."""
