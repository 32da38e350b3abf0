"""The terms of the field that the screen uses, each explained in one sentence."""

import re

GLOSSARY = {
    "stride": "How many times smaller a feature map is than the input image, along one side.",
    "receptive field": "The part of the image that one pixel of a feature map can depend on.",
    "effective receptive field": "The part of the receptive field whose pixels really count, as gradients show.",
    "multiply-adds": "Multiplications, each with one addition, that one image takes: how much there is to compute.",
    "skip connection": "An edge that hands a feature map of the encoder to the decoder at the same stride.",
    "feature map": "What a layer puts out: an image with a channel for each thing that it has learned to find.",
    "bottleneck": "The blocks at the maximum stride, where maps are smallest and channels most.",
    "batch size": "How many images go through the network at once.",
}
"""A sentence by term."""

_TERMS = re.compile(
    r"\b(" + "|".join(re.escape(term) for term in sorted(GLOSSARY, key=len, reverse=True)) + r")(?:e?s)?\b",
    re.IGNORECASE,
)


def terms_in(text: str) -> tuple[str, ...]:
    """The terms that a text uses, in their order; of terms that lie in one another, the longer one.

    >>> terms_in("Each level doubles the maximum stride and roughly the receptive field.")
    ('stride', 'receptive field')
    """
    return tuple(dict.fromkeys(match[1].lower() for match in _TERMS.finditer(text)))


def meanings(text: str) -> tuple[str, ...]:
    """What the terms of a text mean, a line each.

    >>> meanings("Deeper levels have a larger stride.")
    ('Stride: how many times smaller a feature map is than the input image, along one side.',)
    """
    return tuple(f"{term.capitalize()}: {_lower(GLOSSARY[term])}" for term in terms_in(text))


def terms_of(text: str) -> tuple[tuple[int, int, str], ...]:
    """Where each term first stands in a text: its beginning, its end, and what it means."""
    first: dict[str, re.Match[str]] = {}
    for match in _TERMS.finditer(text):
        first.setdefault(match[1].lower(), match)
    return tuple((match.start(), match.end(), GLOSSARY[term]) for term, match in first.items())


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
