"""YAML as plain data: nothing that names code, repeats itself without end or lies too deep is read."""

import re
from collections import Counter
from typing import Any

import yaml

from encdec_widgets.formatting import error_text, quoted, shortened

_LONGEST = 1_000_000
"""So many characters of YAML are read: it takes longer than JSON, and configurations have some ten thousand."""
_DEEPEST = 50
_MOST_ALIASES = 10
_Base: Any = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # that of libyaml where it is, which is much faster
_FLOAT = "tag:yaml.org,2002:float"
_WITH_EXPONENT = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+\Z")
_NOT_READ = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")


class _Loader(_Base):  # type: ignore[misc] # one of two classes
    """Plain data: dates stay texts, 1e-6 is a number, as in YAML 1.2, and no key stands twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML wants it here
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NOT_READ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        counts = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        twice = next((name for name, count in counts.items() if count > 1), None)
        if twice is not None:
            raise ValueError(f"there are two entries {quoted(twice)} in one place")
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(_FLOAT, _WITH_EXPONENT, list("-+.0123456789"))


def parsed(text: str) -> Any:
    """Read a YAML text.

    >>> parsed("filters: 16")
    {'filters': 16}

    Raises:
        ValueError: If it is no YAML, or has a tag, more than a few aliases, an alias of what it stands in, a key twice,
            lists and mappings that stand too deep in each other, or more than a million characters.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"it has {len(text):,} characters, and up to {_LONGEST:,} are read")
    try:
        _require_plain(text)
        return yaml.load(text, Loader=_Loader)
    except RecursionError:
        raise ValueError("lists and mappings stand too deep in it") from None
    except yaml.YAMLError as error:
        raise ValueError(shortened(" ".join(error_text(error).split()))) from None
    except (TypeError, OverflowError) as error:  # a list as a key, a number of too many digits
        raise ValueError(shortened(error_text(error))) from None


def _require_plain(text: str) -> None:
    open_anchors: list[str | None] = []
    aliases = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if event.anchor in open_anchors:
                raise ValueError(
                    f"the alias {quoted('*' + event.anchor)} stands in what it names, which has no end"
                )
        elif getattr(event, "tag", None) is not None:
            raise ValueError(f"it has a tag, {quoted(event.tag)}, and no tag is read")
        if isinstance(event, yaml.CollectionStartEvent):
            open_anchors.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            open_anchors.pop()
        if len(open_anchors) > _DEEPEST:
            raise ValueError(f"lists and mappings stand more than {_DEEPEST} deep in each other")
        if aliases > _MOST_ALIASES:
            raise ValueError(f"it has more than {_MOST_ALIASES} aliases (*name)")


class _Dumper(yaml.SafeDumper):  # type: ignore[misc] # it ships no types
    """Quotes what any reader could take for a number, and repeats lists in place of naming them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_implicit_resolver(_FLOAT, _WITH_EXPONENT, list("-+.0123456789"))


def written(data: Any) -> str:
    r"""Write plain data as YAML of ASCII characters, in the order of its keys.

    >>> written({"part_names": ["no", "1e3", "null", "Fin"], "filters": 16})
    "part_names:\n- 'no'\n- '1e3'\n- 'null'\n- Fin\nfilters: 16\n"
    """
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=1_000_000))
