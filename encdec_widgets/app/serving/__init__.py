"""Serves the designer by Voila and the notebooks by JupyterLab, to browsers on this machine only."""
