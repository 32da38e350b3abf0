"""SLEAP up to 1.4 (JSON, Keras), and SLEAP from 1.5 on with sleap-nn (YAML, PyTorch)."""
