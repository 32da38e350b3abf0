"""The Python behind a page: ipykernel, which starts in half the time without a parser that nothing here needs.

Plotly imports nbformat, that jsonschema, and that, where JupyterLab brought it, a parser of international addresses.
It compiles its grammars when it is imported: in plain Python 3.11 that takes 1.1 to 2 s of processor time, in a kernel
5 to 7 of the 10 to 11 s until the first picture stands. (Plain Python takes 3 to 5 s as well when the import starts at
certain depths of its stack: near the end of a chunk of it, memory is mapped and unmapped at every call.)
"""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # this folder, whose modules are none of the user's
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment] # its import fails, which jsonschema expects

    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
