"""How numbers, sizes, durations, values and lists of names are written for people, each in one place."""

import reprlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

LONGEST_QUOTE = 200
"""So many characters of a value are quoted in an error."""

_BYTES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "bytes"))
_MINUS = "−"


# Numbers


def number_text(value: float) -> str:
    """A number that a person chose, as short as it goes.

    >>> number_text(0.5), number_text(3.0)
    ('0.5', '3')
    """
    return f"{value:g}"


def exact_text(count: int) -> str:
    """A count with all its digits.

    >>> exact_text(12400)
    '12,400'
    """
    return f"{count:,}"


def count_text(count: float) -> str:
    """A large count with three digits.

    >>> count_text(950), count_text(13_900), count_text(2_150_000)
    ('950', '13.9 k', '2.15 M')
    """
    for factor, unit in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= factor * 0.9995:
            return f"{count / factor:.3g}{unit}"
    return f"{count:g}"


def counted(count: int, word: str) -> str:
    """A number of things.

    >>> counted(1, "skip"), counted(12400, "parameter"), counted(0, "layer")
    ('1 skip', '12,400 parameters', 'no layers')
    """
    return f"{exact_text(count) if count else 'no'} {word}{'' if count == 1 else 's'}"


def spoken_count(count: int) -> str:
    """A count as it is said aloud: "55 thousand".

    >>> spoken_count(0), spoken_count(950), spoken_count(55_424), spoken_count(2_150_000), spoken_count(10**9)
    ('no', '950', '55 thousand', '2.1 million', '1 billion')
    """
    for factor, word, decimals in ((10**9, "billion", 1), (10**6, "million", 1), (10**3, "thousand", 0)):
        if count >= factor:
            return f"{round(count / factor, decimals):g} {word}"
    return str(count) if count else "no"


def quantity_text(value: float) -> str:
    """A measured quantity with three digits.

    >>> quantity_text(4.2134), quantity_text(0.04231), quantity_text(-1234.5)
    ('4.21', '0.0423', '−1,230')
    """
    rounded = float(f"{value:.3g}")
    text = f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"
    return text.replace("-", _MINUS)


def ratio_text(ratio: float) -> str:
    """How many times larger something is, with three digits.

    >>> ratio_text(4.0), ratio_text(10 / 3)
    ('4', '3.33')
    """
    return f"{ratio:.3g}"


def factor_text(factor: float) -> str:
    """By how much something grew, with two digits or all whole ones.

    >>> factor_text(2.2531), factor_text(0.444), factor_text(1234.5)
    ('2.3', '0.44', '1,234')
    """
    return f"{factor:,.0f}" if factor >= 100 else f"{factor:.2g}"


def percent_text(share: float) -> str:
    """A share of 1 in whole percent.

    >>> percent_text(0.754)
    '75 %'
    """
    return f"{100 * share:.0f} %"


def change_percent_text(percent: float) -> str:
    """How large a change is in percent: in whole ones, or below 1 with one decimal.

    >>> change_percent_text(1234.5), change_percent_text(0.44)
    ('1,234 %', '0.4 %')
    """
    return f"{percent:,.{0 if percent >= 1 else 1}f} %"


def signed(number: float, text: Callable[[Any], str] = number_text) -> str:
    """A difference: its sign, and its amount as ``text`` writes it; 0 has no sign.

    >>> signed(0.5), signed(-2_150_000, count_text), signed(-1, lambda count: counted(count, "layer"))
    ('+0.5', '−2.15 M', '−1 layer')
    """
    sign = "+" if number > 0 else _MINUS if number < 0 else ""
    return f"{sign}{text(abs(number))}"


def digits(value: float) -> str:
    """A time in ms: three digits or all whole ones, as more would claim a precision that no timing has.

    >>> digits(1234.5), digits(12.345), digits(0.12345)
    ('1,234', '12.3', '0.123')
    """
    decimals = next((d for d, limit in ((0, 100), (1, 10), (2, 1)) if abs(value) >= limit), 3)
    return f"{value:,.{decimals}f}"


# Bytes, times and speeds


def bytes_text(count: float) -> str:
    """So many bytes with three digits, in decimal units.

    >>> bytes_text(12_340_000), bytes_text(1)
    ('12.3 MB', '1 byte')
    """
    if 0.5 < count < 1.5:
        return "1 byte"
    number, _, prefix = count_text(count).partition(" ")
    return f"{number} {'kB' if prefix == 'k' else f'{prefix}B' if prefix else 'bytes'}"


def unit_of_bytes(most: float) -> tuple[float, str]:
    """One unit for several sizes, the largest of which is ``most``: what to divide by, and its name.

    >>> unit_of_bytes(12_340_000)
    (1000000.0, 'MB')
    """
    return next(((size, unit) for size, unit in _BYTES if most >= size), _BYTES[-1])


def gib_text(count: float) -> str:
    """Bytes in GiB, as the makers of cards count them (and write GB); without the unit.

    >>> gib_text(0.45 * 2**30), gib_text(140.2 * 2**30)
    ('0.45', '140')
    """
    gib = count / 2**30
    return f"{gib:.0f}" if gib >= 100 else f"{gib:.3g}"


def duration_text(seconds: float) -> str:
    """A predicted time in a unit that fits.

    >>> duration_text(0.351), duration_text(240), duration_text(5400)
    ('0.35 s', '4 minutes', '1.5 hours')
    """
    if seconds < 100:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:,.2g} hours"


def flops_text(flops_per_second: float) -> str:
    """Operations a second.

    >>> flops_text(41.2e9)
    '41.2 GFLOP/s'
    """
    number, _, prefix = count_text(flops_per_second).partition(" ")
    return f"{number} {prefix.upper() if prefix == 'k' else prefix}FLOP/s"


# Sizes of maps


def stride_text(stride: float | tuple[float, float] | None) -> str:
    """A stride, or both along height and width; below 1, where the map is larger than the input, as a fraction.

    >>> stride_text(4), stride_text((0.5, 0.5)), stride_text((1, 2)), stride_text(None)
    ('4', '1/2', '1 × 2', '?')
    """
    if stride is None:
        return "?"
    if isinstance(stride, tuple):
        return " × ".join(dict.fromkeys(map(stride_text, stride)))
    return f"1/{number_text(1 / stride)}" if stride < 1 else number_text(stride)


def sizes_text(sizes: Iterable[int | None], unknown: str = "any") -> str:
    """All sizes of a shape or a kernel.

    >>> sizes_text((3, 3)), sizes_text((None, 64, 1)), sizes_text((None, 8), unknown="?")
    ('3 × 3', 'any × 64 × 1', '? × 8')
    """
    return " × ".join(unknown if size is None else str(size) for size in sizes)


def kernel_text(sizes: Iterable[int]) -> str:
    """The sizes of a kernel.

    >>> kernel_text((3, 3)), kernel_text((3,))
    ('3 × 3', '3')
    """
    return sizes_text(sizes)


def shape_text(shape: Sequence[int | None]) -> str:
    """Height and width of an input shape; "any" for a size that is open.

    >>> shape_text((320, 256, 1))
    '320 × 256'
    """
    return sizes_text(shape[:2])


def size_text(shape: Sequence[int | None], stride: float | tuple[float, float] | None) -> str:
    """Height and width of a map in px; of an unknown input, its share.

    >>> size_text((64, 32, 1), 4), size_text((None, None, 8), (1, 4)), size_text((10,), None)
    ('64 × 32', 'H × W/4', 'no map')
    """
    if len(shape) != 3:
        return sizes_text(shape[:-1], unknown="?") or "no map"
    along = stride if isinstance(stride, tuple) else (stride, stride)
    shares = ["" if one in (None, 1) else f"/{stride_text(one)}" for one in along]
    sizes = zip(shape[:2], ("H", "W"), shares, strict=True)
    return " × ".join(f"{letter}{share}" if size is None else str(size) for size, letter, share in sizes)


def area_text(height: float, width: float) -> str:
    """Height and width, rounded.

    >>> area_text(299.6, 200)
    '300 × 200'
    """
    return f"{height:.0f} × {width:.0f}"


def length_text(length: float) -> str:
    """A length with one decimal at most; without its unit.

    >>> length_text(188), length_text(1880 / 50)
    ('188', '37.6')
    """
    return f"{round(length, 1):,.10g}"


def px_text(length: float) -> str:
    """A length in px with one decimal at most.

    >>> px_text(188)
    '188 px'
    """
    return f"{length_text(length)} px"


# Values of fields, and names


def value_text(value: Any) -> str:
    """A value of a field, which may be anything.

    >>> value_text(True), value_text(None), value_text(2.4), value_text((4, 5)), value_text("relu"), value_text(abs)
    ('on', 'none', '2.4', '4, 5', 'relu', 'abs')
    """
    try:
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, (tuple, list)):
            # Not more items than the shortened text has characters at its start, and at its end.
            some = (
                value
                if len(value) <= 2 * LONGEST_QUOTE
                else [*value[:LONGEST_QUOTE], *value[-LONGEST_QUOTE:]]
            )
            return shortened(
                ", ".join(quoted(v) if isinstance(v, (tuple, list)) else value_text(v) for v in some)
            )
        if isinstance(value, float):
            return number_text(value)
        if callable(value) and isinstance(name := getattr(value, "__name__", None), str):
            return shortened(name)
        return "none" if value is None else shortened(str(value))
    except Exception:  # noqa: BLE001 - a user's object may raise anything
        return quoted(value)


def quoted(value: object) -> str:
    """A value as code, at most 200 characters of it; whatever the value is, this does not raise.

    >>> quoted("relu"), quoted((8, 1.5)), quoted(10**5000)
    ("'relu'", '(8, 1.5)', '<a whole number of about 5,000 digits>')
    >>> len(quoted("x" * 100_000))
    200
    """
    return shortened(_Repr().repr(value))


def shortened(text: str, most: int = LONGEST_QUOTE) -> str:
    """A text of at most ``most`` characters, its middle left out where it has more, that can be sent as UTF-8.

    >>> shortened("encoder", 5), shortened("bottleneck", 5)
    ('en…er', 'bo…ck')
    """
    text = printable(text if len(text) <= most else f"{text[:most]}{text[-most:]}")
    if len(text) <= most:
        return text
    start = most // 2
    return f"{text[:start]}…{text[start + 1 - most :]}"


def printable(text: str) -> str:
    r"""A text that can be sent as UTF-8: halves of characters (lone surrogates) are written as escapes.

    >>> printable("œil"), printable("\ud800")
    ('œil', '\\ud800')
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def error_text(error: BaseException) -> str:
    """What an error says, also one whose ``__str__`` raises.

    >>> error_text(ValueError("too wide"))
    'too wide'
    """
    try:
        return printable(str(error))
    except Exception:  # noqa: BLE001 - a user's error may raise anything
        return f"<{type(error).__name__} that cannot be written as text>"


class _Repr(reprlib.Repr):
    """Writes one value as ``repr`` does, as far as is quoted; what has no ``repr`` is named by its class."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 8
        self.maxtuple = self.maxlist = self.maxset = self.maxfrozenset = self.maxdict = self.maxdeque = 80
        self.maxstring = self.maxlong = self.maxother = LONGEST_QUOTE
        self._left = 10 * LONGEST_QUOTE  # lists that hold each other, or themselves, never end

    def repr1(self, x: Any, level: int) -> str:
        self._left -= 1
        if self._left < 0:
            return self.fillvalue
        try:
            return super().repr1(x, level)
        except Exception:  # noqa: BLE001 - a user's class that is called "list" is no list
            return self.repr_instance(x, level)

    def repr_int(self, x: int, level: int) -> str:
        try:
            return super().repr_int(x, level)
        except ValueError:  # Python writes no more than some thousand digits.
            return f"<a whole number of about {exact_text(round(x.bit_length() * 0.30103))} digits>"

    def repr_instance(self, x: Any, level: int) -> str:
        try:
            return shortened(" ".join(repr(x).split()))
        except Exception as error:  # noqa: BLE001 - a user's __repr__ may raise anything
            return f"<{type(x).__name__} object, whose repr raises {type(error).__name__}>"


def listed(names: Iterable[str], most: int = 3) -> str:
    """The first few of some names; empty for none.

    >>> listed(["dec0", "dec1"]), listed(f"dec{i}" for i in range(7))
    ('dec0 and dec1', 'dec0, dec1, dec2 and 4 more')
    """
    several = list(dict.fromkeys(names))
    if len(several) > most + 1:
        several = [*several[:most], f"{len(several) - most} more"]
    return " and ".join(filter(None, (", ".join(several[:-1]), *several[-1:])))
