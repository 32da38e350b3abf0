"""The designer served by Voila, the lessons served by JupyterLab: both on this machine and for no other."""
