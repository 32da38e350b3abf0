"""How many parts and edges a skeleton has, as SLEAP's JSON (jsonpickle) and sleap-nn's YAML write it."""

from collections.abc import Iterator
from typing import Any

_BODY = 1
"""The type of an edge of the body; 2 is that of a symmetry."""


def parts_and_edges(skeletons: Any) -> tuple[int | None, int | None]:
    """Count the parts and the edges of the body of the first of some skeletons; None where that can't be told.

    >>> parts_and_edges([{"nodes": [{"name": "head"}, {"name": "tail"}], "edges": []}])
    (2, 0)
    """
    skeleton = skeletons[0] if isinstance(skeletons, list) and skeletons else None
    if not isinstance(skeleton, dict):
        return None, None
    nodes, links, edges = (skeleton.get(key) for key in ("nodes", "links", "edges"))
    parts = len(nodes) if isinstance(nodes, list) and nodes else None
    if isinstance(links, list):
        return parts, _body_edges(skeleton, links)
    return parts, len(edges) if isinstance(edges, list) else None


def _body_edges(skeleton: dict[str, Any], links: list[Any]) -> int | None:
    """Count them: jsonpickle writes an object in full the first time, and its number, "py/id", from then on."""
    types = {
        number: written["py/reduce"]
        for number, written in enumerate(_objects(skeleton), start=1)
        if "py/reduce" in written
    }
    count = 0
    for link in links:
        written = link.get("type") if isinstance(link, dict) else None
        if not isinstance(written, dict):
            return None
        of_type = written.get("py/reduce", types.get(_number(written.get("py/id"))))
        value = _type_value(of_type)
        if value is None:
            return None
        count += value == _BODY
    return count


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a jsonpickle text in the order of their numbers."""
    pending = [value]
    while pending:
        held = pending.pop()
        if isinstance(held, dict):
            if "py/object" in held or "py/reduce" in held:
                yield held
            pending.extend(reversed(list(held.values())))
        elif isinstance(held, list):
            pending.extend(reversed(held))


def _number(value: Any) -> int:
    return value if type(value) is int else 0


def _type_value(reduced: Any) -> int | None:
    """The number of ``[{"py/type": "sleap.skeleton.EdgeType"}, {"py/tuple": [1]}]``."""
    match reduced:
        case [{"py/type": str()}, {"py/tuple": [int(value)]}, *_]:
            return value
    return None
