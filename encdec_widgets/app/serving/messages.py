"""A page that says why there is no designer."""

from __future__ import annotations

import html

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:;base64,=">
<style>
  :root {{ color-scheme: light dark; }}
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 15vh auto; padding: 0 1em; }}
  h1 {{ font-size: 1.4em; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p role="alert">{text}</p>
<p><a href="">Reload</a></p>
</body>
</html>
"""


def message_page(title: str, text: str) -> str:
    """An HTML page with a heading, a text and a link that loads it again; both are plain text."""
    return _PAGE.format(title=html.escape(title), text=html.escape(text))
