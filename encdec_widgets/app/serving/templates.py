"""Whether the templates of the page are all there."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, FileSystemLoader, TemplateNotFound, meta


def missing_template(folders: Sequence[str], first: str = "index.html.j2") -> str | None:
    """The name of a template that ``first`` needs, directly or not, and that is in none of the folders; None for none.

    It is asked before a page is made: Voila makes pages in the background, and one that fails there is never finished.
    """
    environment = Environment(
        loader=FileSystemLoader(folders),
        extensions=["jinja2.ext.do", "jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
        autoescape=True,
    )
    assert environment.loader is not None
    waiting, seen = [first], {first}
    while waiting:
        name = waiting.pop()
        try:
            source, _, _ = environment.loader.get_source(environment, name)
        except TemplateNotFound:
            return name
        needed = {one for one in meta.find_referenced_templates(environment.parse(source)) if one} - seen
        waiting += needed
        seen |= needed
    return None
