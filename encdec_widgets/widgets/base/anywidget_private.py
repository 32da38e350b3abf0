"""anywidget as it is used here: the one module that uses names of anywidget's model in the page that are not public.

A script that takes longer than two seconds to come, as plotly's 5 MB do on a busy machine, leaves its widget deaf in
anywidget 0.11: it is drawn as it was opened, and no change of it reaches the page. ``late.js``, which says how, mends
it; where its names are gone, widgets are as anywidget has them. The line "[anywidget] Failed to initialize model." on
the console stays: it is written after the two seconds, before any script of ours is there.
"""

import re
from pathlib import Path

PRIVATE_NAMES = ("_handle_comm_msg", "widget_manager")
"""What ``late.js`` uses of anywidget's script: a method of its model, and what a widget's script is handed."""

# A script may have 5 MB: a pattern that begins with plain letters is searched for ten times as fast as others.
_DEFAULT = re.compile(r"export(?<!\wexport)\s*{[^{}]*?\b(\w+) as default\b")
_LATE = Path(__file__).with_name("late.js").read_text(encoding="utf-8")


def hearing(script: str) -> str:
    """A widget's script, with a widget that hears what the kernel says, however late the script came.

    Args:
        script: Of an anywidget: it ends in ``export default`` and an object, or exports a function of that name that
            gives one.

    Returns:
        The script; as it was where it is of another form, or hears already.
    """
    if "encdecHearing" in script:
        return script
    plain = re.search(r"^export default (.+?);\s*$", script, re.MULTILINE)
    if plain is not None:
        return script.replace(plain[0], f"{_LATE}\nexport default encdecHearing({plain[1]});\n")
    factories = _DEFAULT.findall(script)
    if factories:
        name = factories[-1]  # others stand in texts that the script makes scripts of
        hears = f"const encdecMakes = {name}; {name} = () => encdecHearing(encdecMakes());"
        return f"{script}\n{_LATE}\n{hears}\n"
    return script
