"""HTML of tables that a notebook shows in its own colours, light or dark."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

STYLE = Markup(
    ".encdec-t{border-collapse:collapse;font-size:13px;color:inherit;font-variant-numeric:tabular-nums}"
    ".encdec-t caption{text-align:left;font-weight:600;padding:4px 0}"
    ".encdec-t th,.encdec-t td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;"
    "border-bottom:1px solid rgba(128,136,145,.4);background:none;white-space:normal}"
    ".encdec-t thead th{vertical-align:bottom}"
    ".encdec-t tbody th{min-width:9em}"
    ".encdec-t small{font-size:11px;opacity:.85;white-space:nowrap}"
    ".encdec-t svg{display:block}"
    ".encdec-t ul{margin:0;padding-left:16px}"
    ".encdec-o p{font-size:13px;margin:6px 0}"
    ".encdec-t .encdec-dark{display:none}"
    "[data-jp-theme-light=false] .encdec-t .encdec-dark{display:block}"
    "[data-jp-theme-light=false] .encdec-t .encdec-light{display:none}"
    ".encdec-o{overflow-x:auto;max-width:100%}"
)
PAGE_STYLE = Markup(
    ":root{color-scheme:light dark}"
    "body{font-family:system-ui,sans-serif;margin:24px;background:Canvas;color:CanvasText}"
    "@media(prefers-color-scheme:dark){"
    "main .encdec-t .encdec-dark{display:block}main .encdec-t .encdec-light{display:none}}"
)


def table(caption: str, head: Sequence[str | Markup], rows: Iterable[Sequence[str | Markup]]) -> Markup:
    """A table whose first cell of each row is its heading."""
    heads = Markup().join(Markup('<th scope="col">{}</th>').format(text) for text in head)
    body = Markup().join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            first, Markup().join(Markup("<td>{}</td>").format(cell) for cell in rest)
        )
        for first, *rest in rows
    )
    return Markup(
        '<table class="encdec-t"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(caption, heads, body)


def styled(*parts: Markup) -> str:
    """Some HTML with the style of its tables."""
    return str(Markup('<div class="encdec-o"><style>{}</style>{}</div>').format(STYLE, Markup().join(parts)))


def page(title: str, text: str) -> str:
    """A page of its own."""
    return str(
        Markup(
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>{}</title><style>{}</style></head><body><main>{}</main></body></html>\n"
        ).format(title, PAGE_STYLE, Markup(text))
    )


def paragraphs(texts: Iterable[str]) -> Markup:
    """Sentences, each a paragraph."""
    return Markup().join(Markup("<p>{}</p>").format(text) for text in texts)
