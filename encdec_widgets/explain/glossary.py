"""The terms of the field that the screen uses: what each means, in two sentences, and where a text uses it."""

import difflib
import re

import attrs

from encdec_widgets.formatting import quoted


@attrs.frozen
class Term:
    """A term of the field.

    Its picture is drawn by :func:`encdec_widgets.figures.glossary.picture`.

    Attributes:
        name: Its name, in the singular.
        meaning: What it is, in one sentence.
        matters: What it does or costs, in another one.
        spellings: Other words that mean it, or a part of it.
        related: Names of terms to read next.

    Example:
        >>> from encdec_widgets.explain.glossary import Term
        >>> Term("epoch", "All images once.", "After it they come in another order.", related=("loss",)).text
        'All images once. After it they come in another order.'
    """

    name: str
    meaning: str
    matters: str
    spellings: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name as a heading."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def text(self) -> str:
        """Both sentences."""
        return f"{self.meaning} {self.matters}"


_TERMS = (
    # The shape of a network
    Term(
        "encoder",
        "The part of a network that makes maps smaller, level by level, and finds ever larger things.",
        "What it gains in sight, it loses in place: a position of its last map stands for many pixels.",
        related=("decoder", "stride", "bottleneck", "stack"),
    ),
    Term(
        "decoder",
        "The part of a network that makes maps larger again, up to the size of the output.",
        "It tells where things are, with the help of what skip connections bring.",
        related=("encoder", "skip connection", "upsampling", "output stride"),
    ),
    Term(
        "stride",
        "How many times smaller a feature map is than the input image, along one side.",
        "A layer's own stride is the step from one of its windows to the next: a step of 2 halves the map.",
        related=("maximum stride", "output stride", "pooling"),
    ),
    Term(
        "maximum stride",
        "The stride of the smallest maps, those of the bottleneck.",
        "The sides of the image have to be multiples of it, and each doubling about doubles the receptive field.",
        ("max stride",),
        ("stride", "bottleneck", "receptive field"),
    ),
    Term(
        "output stride",
        "The stride of the map that the network puts out.",
        "The larger it is, the cheaper the decoder and the coarser the answer.",
        related=("stride", "decoder", "peak"),
    ),
    Term(
        "bottleneck",
        "The blocks at the maximum stride, where maps are smallest and channels most.",
        "Each of their positions sees the most of the image.",
        related=("maximum stride", "receptive field", "channel"),
    ),
    Term(
        "skip connection",
        "An edge that hands a feature map of the encoder to the decoder at the same stride.",
        "It brings back fine detail that the way through the bottleneck has lost.",
        ("skip",),
        ("concatenation", "addition", "decoder"),
    ),
    Term(
        "concatenation",
        "Maps of one size laid one behind the other: the result has the channels of all of them.",
        "The next convolution learns how to mix them, and takes more weights for it.",
        ("concatenated",),
        ("addition", "skip connection", "dense block"),
    ),
    Term(
        "addition",
        "Maps of one shape summed, value by value: the result has no more channels than each of them.",
        "A residual block adds what it has computed to what it was given.",
        ("residual block",),
        ("concatenation", "skip connection"),
    ),
    Term(
        "stack",
        "One encoder with its decoder, where a network has several, one behind the other.",
        "Each takes the maps of the stack before it, and can correct them.",
        ("hourglass",),
        ("encoder", "decoder", "multiply-adds"),
    ),
    Term(
        "dense block",
        "Layers that each take the outputs of all layers before them, joined by concatenation.",
        "Every layer adds as many channels as the growth rate says.",
        ("growth rate",),
        ("concatenation", "channel"),
    ),
    # Maps and layers
    Term(
        "feature map",
        "What a layer puts out: an image with a channel for each thing that it has learned to find.",
        "Deeper maps are smaller and show larger things.",
        related=("channel", "convolution", "stride"),
    ),
    Term(
        "channel",
        "One of the images that a feature map consists of: how strongly one thing was found, and where.",
        "Each filter of a convolution makes one, so that there are as many channels as filters.",
        ("filter",),
        ("feature map", "convolution", "multiply-adds"),
    ),
    Term(
        "convolution",
        "A layer that slides a kernel over a map and sums the products at each position.",
        "The same weights serve every position, so that a thing is found wherever it is.",
        ("conv",),
        ("kernel", "padding", "channel"),
    ),
    Term(
        "kernel",
        "The small grid of weights that a convolution slides over a map.",
        "A larger one sees farther in one step, and has as many more weights as it has more cells.",
        ("kernel size",),
        ("convolution", "dilation", "parameter"),
    ),
    Term(
        "padding",
        "Zeros around a map, so that a kernel finds values beyond its border as well.",
        "A convolution of stride 1 then puts out a map as large as the one that it takes.",
        ("padded",),
        ("convolution", "kernel"),
    ),
    Term(
        "dilation",
        "Gaps between the values that a kernel takes, so that it reaches farther with as many weights.",
        "What lies in the gaps, that layer does not see.",
        ("dilation rate", "dilated"),
        ("kernel", "receptive field"),
    ),
    Term(
        "pooling",
        "A layer that makes maps smaller: one value for each window, such as the largest.",
        "It has no weights, and tells no more where in its window that value was.",
        ("max pooling", "pooled"),
        ("stride", "skip connection"),
    ),
    Term(
        "transposed convolution",
        "A layer that makes maps larger: each position stamps the kernel, times its value, on the output.",
        "Where stamps overlap unevenly, some positions get more than their neighbours: a checkerboard.",
        ("checkerboard", "transposed conv"),
        ("upsampling", "kernel", "stride"),
    ),
    Term(
        "upsampling",
        "Making a map larger, for a smaller stride, by weights or by interpolation.",
        "Interpolation repeats the nearest value, or draws straight lines between values (bilinear).",
        ("interpolation", "bilinear upsampling", "bilinear"),
        ("transposed convolution", "decoder"),
    ),
    # What it sees and costs
    Term(
        "receptive field",
        "The part of the image that one pixel of a feature map can depend on.",
        "What lies outside of it can't change that pixel, whatever the network learns.",
        related=("effective receptive field", "maximum stride", "kernel"),
    ),
    Term(
        "effective receptive field",
        "The part of the receptive field whose pixels really count, as gradients show.",
        "From its middle, many more ways lead to the output than from its edge.",
        related=("receptive field", "kernel"),
    ),
    Term(
        "multiply-adds",
        "Multiplications, each with one addition, that one image takes: how much there is to compute.",
        "Time grows less evenly: memory has to be moved as well, and small maps leave a device idle.",
        ("multiply-add",),
        ("parameter", "channel", "stride"),
    ),
    Term(
        "parameter",
        "A number that the network keeps and nearly always learns, such as a weight of a kernel.",
        "How many there are tells how large its file is, but neither how long it takes nor how far it sees.",
        ("weight",),
        ("multiply-adds", "kernel"),
    ),
    Term(
        "batch size",
        "How many images go through the network at once.",
        "The memory of a training step grows with it, as the maps of all of them are kept.",
        related=("loss", "feature map"),
    ),
    # Learning
    Term(
        "heat map",
        "A map that is high where a part of the body is; the network puts out a channel for each part.",
        "How high its peak is tells how sure the network is.",
        ("heatmap", "confidence map"),
        ("sigma", "peak", "channel"),
    ),
    Term(
        "sigma",
        "How wide the peak is that a heat map is to have: the standard deviation of a Gaussian.",
        "On a coarse map it has to be wider, or a point between two positions would leave no peak.",
        related=("heat map", "output stride"),
    ),
    Term(
        "peak",
        "Where a heat map is highest: the network's answer to where a part is.",
        "The top of a parabola through it and its neighbours tells the place between positions (localisation).",
        ("localisation", "localization"),
        ("heat map", "output stride"),
    ),
    Term(
        "loss",
        "One number for how far the outputs are from what they should be.",
        "Each training step changes the weights a little to make it smaller.",
        related=("cross-entropy", "batch size"),
    ),
    Term(
        "cross-entropy",
        "The loss of probabilities: minus the logarithm of the one that the right answer got.",
        "An error that the network is sure of costs much more than one that it is unsure of.",
        related=("loss", "F1"),
    ),
    Term(
        "F1",
        "How well a mask is found: 1 where every pixel is right, 0 where none is.",
        "It is the harmonic mean of two shares: of found pixels, those that are right; of right ones, those found.",
        related=("loss", "cross-entropy"),
    ),
)

GLOSSARY = {term.name: term for term in _TERMS}
"""The terms by name, in the order in which they are read.

>>> GLOSSARY["stride"].meaning
'How many times smaller a feature map is than the input image, along one side.'
"""
SPELLINGS = {word.lower(): term.name for term in _TERMS for word in (term.name, *term.spellings)}
"""The name of the term by each word that means it, in small letters."""

# "in addition" is English, and `encoder[2]` a path.
PATTERN = (
    r"(?<![\w.\[`])(?<!in )("
    + "|".join(re.escape(word) for word in sorted(SPELLINGS, key=len, reverse=True))
    + r")(?:e?s)?(?![\w\[`])"
)
"""Finds the words of terms in a text, in small or capital letters; the same in Python and in the page's JavaScript."""
_FOUND = re.compile(PATTERN, re.IGNORECASE)


def term(word: str) -> Term:
    """The term that a word means.

    Args:
        word: Its name or another spelling, in the singular or plural.

    Raises:
        ValueError: If there is none.

    Example:
        >>> from encdec_widgets.explain.glossary import term
        >>> term("stride").text.partition(". ")[0]
        'How many times smaller a feature map is than the input image, along one side'
        >>> term("growth rate").name
        'dense block'
        >>> term("strde")
        Traceback (most recent call last):
          ...
        ValueError: The glossary has no such term. Received: 'strde'. Would work: 'stride'.
    """
    found = _FOUND.fullmatch(word.strip()) if isinstance(word, str) else None
    if found is None:
        near = difflib.get_close_matches(str(word).lower(), SPELLINGS, n=3, cutoff=0.7)
        raise ValueError(
            f"The glossary has no such term. Received: {quoted(word)}. Would work: "
            f"{', '.join(map(repr, near or GLOSSARY))}."
        )
    return GLOSSARY[SPELLINGS[found[1].lower()]]


def terms_in(text: str) -> tuple[str, ...]:
    """The names of the terms that a text uses, in their order; of words that lie in one another, the longer one.

    >>> terms_in("Each level doubles the maximum stride and roughly the receptive field.")
    ('maximum stride', 'receptive field')
    """
    return tuple(dict.fromkeys(SPELLINGS[found[1].lower()] for found in _FOUND.finditer(text)))
