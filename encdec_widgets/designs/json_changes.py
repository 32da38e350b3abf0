"""What differs between two texts of JSON, as their data: a design that was edited is kept as its changes."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from encdec_widgets.formatting import quoted

Path: TypeAlias = list[str | int]
Change: TypeAlias = list[Any]
"""A path into the data, of names and indices, and the value that stands there then."""


def differences(before: Any, after: Any) -> list[Change]:
    """What has to be changed in ``before`` to get ``after``.

    >>> differences({"filters": 16, "sizes": [1, 2]}, {"filters": 16, "sizes": [1, 3]})
    [[['sizes', 1], 3]]
    """
    return list(_differences(before, after, []))


def with_changes(data: Any, changes: Iterable[Any]) -> Any:
    """The data with these changes; what was given stays as it is.

    >>> with_changes({"filters": 16, "sizes": [1, 2]}, [[["sizes", 1], 3]])
    {'filters': 16, 'sizes': [1, 3]}

    Raises:
        ValueError: If one of them is no change, or there is no such place.
    """
    for change in changes:
        if not (isinstance(change, list) and len(change) == 2 and isinstance(change[0], list)):
            raise ValueError(f"a change is a list of a path and a value. Received: {quoted(change)}.")
        data = _with(data, *change)
    return data


def _differences(before: Any, after: Any, path: Path) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict) and list(before) == list(after):
        for key, value in after.items():
            yield from _differences(before[key], value, [*path, key])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, value in enumerate(after):
            yield from _differences(before[index], value, [*path, index])
    elif type(before) is not type(after) or before != after:
        yield [path, after]


def _with(data: Any, path: list[Any], value: Any) -> Any:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(data, dict) and isinstance(key, str) and key in data:
        return {**data, key: _with(data[key], rest, value)}
    if isinstance(data, list) and type(key) is int and 0 <= key < len(data):
        return [*data[:key], _with(data[key], rest, value), *data[key + 1 :]]
    raise ValueError(f"there is nothing to change at {quoted(key)}")
