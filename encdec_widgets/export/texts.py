"""A text that may hold a design, with what it is as JSON and as YAML: each is parsed once, whoever asks."""

from functools import cached_property
from typing import Any

import attrs

from encdec_widgets.export import json_text, yaml_text

LARGEST = 5_000_000
"""So many characters, or bytes of a file, are read; a design takes some thousand, a configuration some ten thousand."""


@attrs.frozen
class Text:
    """A text that may hold a design.

    Attributes:
        text: The text, without a byte-order mark.
    """

    text: str

    @cached_property
    def json(self) -> "json_text.Json":
        """What it holds as JSON, in which comments are allowed.

        Raises:
            ValueError: If it is no JSON.
        """
        return json_text.parsed(self.text)

    @cached_property
    def yaml(self) -> Any:
        """What it holds as YAML.

        Raises:
            ValueError: If it is no YAML, or YAML that is not read here.
        """
        return yaml_text.parsed(self.text)

    @property
    def json_object(self) -> dict[str, Any]:
        """The object that it holds as JSON; empty where it holds none."""
        try:
            data = self.json.data
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}

    @property
    def mapping(self) -> dict[Any, Any]:
        """The mapping that it holds as YAML, which JSON nearly always is as well; empty where it holds none."""
        try:
            data = self.yaml
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}
