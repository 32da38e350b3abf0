"""Every colour of the screen and of its pictures, in one place: what it is for, and what it is in light and dark.

Colours are never the only sign of anything. Text has a contrast of at least 4.5:1 to what it stands on, graphics and
borders of controls have 3:1; a test computes both. The page's style sheet has them as variables, ``--encdec-text``.
"""

import attrs


@attrs.frozen
class Palette:
    """The colours of one theme, by what they are for.

    >>> DARK.encoder, DARK.variables[:3]
    ('#5AA9E6', (('--encdec-page', '#14181D'), ('--encdec-surface', '#1B2128'), ('--encdec-text', '#E6EDF3')))
    """

    page: str
    surface: str
    text: str
    muted: str
    divider: str
    border: str
    """Of controls."""
    accent: str
    """Also of what has the focus."""
    encoder: str
    bottleneck: str
    decoder: str
    head: str
    stem: str
    join: str
    """What stands between two stacks."""
    input: str
    concatenation: str
    addition: str
    on_fill: str
    """Text on boxes and on the primary button."""
    good: str
    warning: str
    error: str

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the variables that a style sheet reads."""
        return tuple(
            (f"--encdec-{name.replace('_', '-')}", colour) for name, colour in attrs.asdict(self).items()
        )


LIGHT = Palette(
    page="#FFFFFF",
    surface="#F3F5F8",
    text="#1F2328",
    muted="#59636E",
    divider="#D0D7DE",
    border="#818B98",
    accent="#0B63C5",
    encoder="#2A6FB5",
    bottleneck="#44546A",
    decoder="#B3590A",
    head="#0B7A5B",
    stem="#97407A",
    join="#7A6800",
    input="#68737F",
    concatenation="#0B63C5",
    addition="#A8480A",
    on_fill="#FFFFFF",
    good="#0B7A5B",
    warning="#8A5A00",
    error="#B42318",
)
DARK = Palette(
    page="#14181D",
    surface="#1B2128",
    text="#E6EDF3",
    muted="#9DA7B1",
    divider="#343B44",
    border="#7D8793",
    accent="#58A6FF",
    encoder="#5AA9E6",
    bottleneck="#A9B6C6",
    decoder="#F0A030",
    head="#3FC79A",
    stem="#E58BC4",
    join="#D9C24A",
    input="#8B949E",
    concatenation="#58A6FF",
    addition="#FF9E64",
    on_fill="#14181D",
    good="#3FC79A",
    warning="#E3B341",
    error="#FF7B72",
)


def variables_of(palette: Palette) -> str:
    """The variables of a theme, as a style sheet declares them.

    >>> variables_of(LIGHT)[:24]
    '--encdec-page: #FFFFFF; '
    """
    return " ".join(f"{name}: {value};" for name, value in palette.variables)


def style_sheet(of: str = ".encdec") -> str:
    """The rules that give a designer its colours; its script says which page is dark by the class ``encdec-dark``.

    Args:
        of: The selector of what gets them.
    """
    rules = []
    for where, palette in ((of, LIGHT), (f"{of}.encdec-dark", DARK)):
        rules.append(f"{where} {{ {variables_of(palette)} }}")
    return "\n".join(rules)


def output_style_sheet(of: str) -> str:
    """The rules that give an output of a notebook its colours, where no script says which page is dark.

    JupyterLab, Notebook 7, Voila and VS Code say it themselves; every other page is taken for a light one.

    Args:
        of: The selector of what gets them.

    >>> output_style_sheet(".table").partition(" {")[0]
    '.table'
    """
    dark = f':is([data-jp-theme-light="false"], .vscode-dark) {of}'
    return f"{of} {{ {variables_of(LIGHT)} }}\n{dark} {{ {variables_of(DARK)} }}"


WHITE = "#ffffff"
CLEAR = "rgba(0,0,0,0)"
"""No colour at all."""

SCALE = "Viridis"
"""plotly's scale for boxes that are coloured by a number.

Equal steps look equal, to colour-blind people as well, and it grows lighter all the way.
"""


def on_page(role: str) -> str:
    """The colour of a role for what is part of a page, which knows whether it is light or dark.

    >>> on_page("on_fill")
    'var(--encdec-on-fill, #FFFFFF)'
    """
    return f"var(--encdec-{role.replace('_', '-')}, {getattr(LIGHT, role)})"


VARIABLES = Palette(
    **dict(zip(attrs.fields_dict(Palette), (f"var({name})" for name, _ in LIGHT.variables), strict=True))
)
"""The colours of a page that declares them as :func:`variables_of` says, whatever its theme."""
