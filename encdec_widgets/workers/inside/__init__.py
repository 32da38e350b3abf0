"""The child process that builds and times networks: ``python -m encdec_widgets.workers.inside``."""
