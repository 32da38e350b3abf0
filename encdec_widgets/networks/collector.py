"""Python's garbage collector, at rest while many objects are made that stay.

It looks at new objects each time that some hundreds more were made than freed, and ever so often at all objects of the
process, which takes 200 ms. A network is 60,000 new objects, of which nearly all stay: there is little to collect.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Collect no garbage inside the ``with`` statement; after it, the collector is as it was before.

    It belongs to the whole process: only one thread may be inside.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
