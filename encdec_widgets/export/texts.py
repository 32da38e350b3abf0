"""A text that may hold a design. It is parsed as JSON and as YAML at most once, when a format first asks for it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import attrs

from encdec_widgets.export import json_text, yaml_text

LARGEST = 5_000_000
"""So many characters, or bytes of a file, are read; a design takes some thousand, a configuration some ten thousand."""

_T = TypeVar("_T")


@attrs.frozen
class Text:
    """A text that may hold a design.

    Attributes:
        text: The text, without a byte-order mark.
    """

    text: str

    @property
    def json(self) -> json_text.Json:
        """What it holds as JSON, in which comments are allowed.

        Raises:
            ValueError: If it is no JSON.
        """
        return _or_raised(self._json)

    @property
    def yaml(self) -> Any:
        """What it holds as YAML. A text that begins as JSON does is read as JSON, and as YAML if it is none.

        Raises:
            ValueError: If it is no YAML, or YAML that is not read here.
        """
        if not self.begins_as_json:
            return _or_raised(self._yaml)
        if isinstance(self._json, ValueError) and not isinstance(self._yaml, ValueError):
            return self._yaml
        return self.json.data

    @property
    def begins_as_json(self) -> bool:
        """Whether it begins with an object, a list or a comment of JSON."""
        return self.text.lstrip()[:1] in ("{", "[", "/")

    @property
    def json_object(self) -> dict[str, Any]:
        """The object that it holds as JSON; empty where it holds none."""
        data = None if isinstance(self._json, ValueError) else self._json.data
        return data if isinstance(data, dict) else {}

    @property
    def mapping(self) -> dict[Any, Any]:
        """The mapping that it holds as JSON or YAML; empty where it holds none."""
        try:
            data = self.yaml
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}

    @property
    def repeated(self) -> tuple[str, ...]:
        """The keys that stand twice in one object of JSON; YAML with such keys is not read."""
        return () if isinstance(self._json, ValueError) else self._json.repeated

    @cached_property
    def _json(self) -> json_text.Json | ValueError:
        return _or_error(json_text.parsed, self.text)

    @cached_property
    def _yaml(self) -> Any:
        return _or_error(yaml_text.parsed, self.text)


def _or_error(parse: Callable[[str], _T], text: str) -> _T | ValueError:
    """What a text holds, or why it holds nothing, which took as long to find."""
    try:
        return parse(text)
    except ValueError as error:
        return error


def _or_raised(outcome: _T | ValueError) -> _T:
    if isinstance(outcome, ValueError):
        raise outcome
    return outcome
