"""The functions of a file of Keras code: one for each kind of block, and those that their code calls."""

import ast
import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.known_classes import is_shipped
from encdec_widgets.export.keras_code.folding import Calls, Folding, all_same, literal
from encdec_widgets.export.keras_code.inlining import (
    expression_of,
    put_into,
    takes,
    with_calls_replaced,
    with_plain_ends,
)
from encdec_widgets.export.keras_code.names import is_taken
from encdec_widgets.export.keras_code.printing import LONGEST_DOCSTRING
from encdec_widgets.export.keras_code.sources import (
    arguments_of,
    known_of,
    names_in,
    names_set_in,
    reached_from,
    set_once,
    source_of,
)
from encdec_widgets.formatting import shortened


@attrs.frozen(eq=False)
class BlockFunction:
    """The function of a kind of block.

    Attributes:
        name: What it is called.
        settings: For each block of the kind what it hands over by name: what is not the default.
    """

    name: str
    settings: tuple[dict[str, Any], ...]


@attrs.define(eq=False)
class _Helper:
    """A function that others call, with its calls so far."""

    function: Callable[..., Any]
    tree: ast.FunctionDef
    calls: list[ast.Call] = attrs.field(factory=list)

    @property
    def defaults(self) -> dict[str, ast.expr]:
        arguments = self.tree.args
        positional = zip(arguments.args[::-1], arguments.defaults[::-1], strict=False)
        by_name = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        return {arg.arg: default for arg, default in (*positional, *by_name) if default is not None}

    def given(self, call: ast.Call) -> dict[str, ast.expr]:
        """The arguments of a call by name."""
        given = dict(zip([arg.arg for arg in self.tree.args.args], call.args, strict=False))
        return given | {str(keyword.arg): keyword.value for keyword in call.keywords}


class Functions:
    """Collects the functions of a file, and writes them once all are known."""

    def __init__(self, imported: Iterable[str] = ()) -> None:
        """Begin with none; ``imported`` are the names that the file's imports of a user's modules set."""
        self._imported = frozenset(imported)
        self._blocks: list[ast.FunctionDef] = []
        self._helpers: dict[Callable[..., Any], _Helper] = {}
        self._pending: list[_Helper] = []
        self._inlined: dict[ast.Call, ast.expr] = {}

    def add(
        self,
        name: str,
        tree: ast.FunctionDef,
        calls: Sequence[Mapping[str, Any]],
        names: Mapping[str, Any],
        *,
        positional: Sequence[str],
        words: str,
    ) -> BlockFunction:
        """Add the function of a kind of block.

        Args:
            name: What it is to be called; a number follows where that is taken.
            tree: The code of its ``make_block``.
            calls: For each block of the kind the values of the arguments of ``make_block``: ``SOMETHING`` for a tensor
                or a text, None for a tensor that there is not.
            names: What the code can look up.
            positional: The arguments that each call hands over by position.
            words: One sentence on what it makes.
        """
        folding, body = self._folded(Calls(calls, names), tree)
        used = names_in(body)
        differing = {arg.arg: tuple(call.get(arg.arg) for call in calls) for arg in arguments_of(tree)}
        fields = {
            field: values
            for field, values in (*differing.items(), *folding.parameters.items())
            if field in used and field not in positional
        }
        defaults = {field: _usual(values) for field, values in fields.items()}
        order = sorted(fields, key=lambda field: defaults[field] is not None)
        taken = {*self._imported, *(block.name for block in self._blocks)}
        while is_taken(name) or name in taken:
            name += "_2"
        tree.name = name
        tree.args = _signature((*positional, *order), [d[0] for f in order if (d := defaults[f]) is not None])
        tree.body = [ast.Expr(ast.Constant(shortened(words, LONGEST_DOCSTRING))), *body]
        tree.decorator_list, tree.returns = [], None
        self._blocks.append(tree)
        # What is the default need not be said.
        said = [
            {f: fields[f][k] for f in order if not _is((fields[f][k],), defaults[f])}
            for k in range(len(calls))
        ]
        return BlockFunction(name, tuple(said))

    def written(self) -> list[ast.FunctionDef]:
        """All functions, each after those that it calls."""
        helpers: list[_Helper] = []
        while self._pending:
            helper = next(each for each in self._pending if not self._is_called_by_pending(each))
            self._pending.remove(helper)
            if not self._fold(helper):
                helpers.insert(0, helper)
        trees = [*(helper.tree for helper in helpers), *self._blocks]
        taken = {*self._imported, *(block.name for block in self._blocks)}
        taken |= {
            name for tree in trees for name in names_in([tree]) | {arg.arg for arg in arguments_of(tree)}
        }
        for helper in helpers:
            name = helper.function.__name__.lstrip("_")
            if is_taken(name) or name in taken:
                name = f"{helper.function.__module__.rpartition('.')[2]}_{name}"
            taken.add(name)
            helper.tree.name = name
            for call in helper.calls:
                call.func = ast.Name(name, ast.Load())
        return [with_plain_ends(with_calls_replaced(tree, self._inlined)) for tree in trees]

    def _folded(self, calls: Calls, tree: ast.FunctionDef) -> tuple[Folding, list[ast.stmt]]:
        folding = Folding(
            calls, self._note, once=set_once(tree), taken=names_set_in(tree) | names_in(tree.body)
        )
        return folding, folding.body(tree.body)

    def _is_called_by_pending(self, helper: _Helper) -> bool:
        others = [each for each in self._pending if each is not helper]
        return any(helper.function in reached_from(other.function) for other in others)

    def _note(self, call: ast.Call, names: Mapping[str, Any]) -> None:
        """Note a call of a function of this package; of a layer, leave out what Keras does in any case."""
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "layers":
            call.keywords = [k for k in call.keywords if not _is_default(call.func.attr, k)]
        if not isinstance(call.func, ast.Name):
            return
        function = names.get(call.func.id)
        if not (inspect.isfunction(function) and is_shipped(function)):
            return
        if function not in self._helpers:
            helper = _Helper(function, source_of(function))
            self._helpers[function] = helper
            self._pending.append(helper)
        call.func = _CalledName(call.func.id, function)
        self._helpers[function].calls.append(call)

    def _fold(self, helper: _Helper) -> bool:
        """Fold a helper for its calls; whether it is put into these, as no more than an expression is left of it."""
        tree, defaults = helper.tree, helper.defaults
        given = {call: helper.given(call) for call in helper.calls}
        known = [known_of({**defaults, **args}) for args in given.values()]
        _, body = self._folded(Calls(known, helper.function.__globals__), tree)
        expression = expression_of(body)
        if expression is not None and all(takes(expression, args) for args in given.values()):
            for call in _noted_in(expression):
                self._helpers[call.func.function].calls.remove(call)  # type: ignore[attr-defined]
            for call, args in given.items():
                self._inlined[call] = put_into(expression, args)
                for inner in _noted_in(self._inlined[call]):
                    self._helpers[inner.func.function].calls.append(inner)  # type: ignore[attr-defined]
            return True
        used = names_in(body)
        kept = [arg.arg for arg in arguments_of(tree) if arg.arg in used]
        needed = [name for name in kept if any(name not in args for args in given.values())]
        plain = [name for name in kept if name not in needed]
        for call, args in given.items():
            call.args = [args[name] for name in plain]
            call.keywords = [ast.keyword(name, args[name]) for name in needed if name in args]
        tree.args = _signature((*plain, *needed), [ast.literal_eval(defaults[name]) for name in needed])
        words = (inspect.getdoc(helper.function) or f"See {helper.function.__qualname__}.").partition("\n")[0]
        tree.body = [ast.Expr(ast.Constant(shortened(words, LONGEST_DOCSTRING))), *body]
        tree.decorator_list, tree.returns = [], None
        return False


class _CalledName(ast.Name):
    """The name of a function of this package in a call."""

    def __init__(self, id: str = "", function: Callable[..., Any] | None = None) -> None:
        super().__init__(id, ast.Load())
        self.function = function

    def __deepcopy__(self, _: Any) -> "_CalledName":
        return _CalledName(self.id, self.function)


def _noted_in(expression: ast.expr) -> list[ast.Call]:
    return [n for n in ast.walk(expression) if isinstance(n, ast.Call) and isinstance(n.func, _CalledName)]


def _signature(names: Sequence[str], defaults: Sequence[Any]) -> ast.arguments:
    args = [ast.arg(name) for name in names]
    return ast.arguments(
        posonlyargs=[], args=args, kwonlyargs=[], kw_defaults=[], defaults=list(map(literal, defaults))
    )


def _usual(values: Sequence[Any]) -> tuple[Any] | None:
    """The value that most calls have, in a tuple, as the default of an argument; None where there is none."""
    ((written, count),) = Counter(map(repr, values)).most_common(1)
    return (next(v for v in values if repr(v) == written),) if count > len(values) / 2 else None


def _is(value: tuple[Any], default: tuple[Any] | None) -> bool:
    return default is not None and all_same((*value, *default))


def _is_default(layer: str, keyword: ast.keyword) -> bool:
    """Whether an argument of a layer is what it is without it; ``build`` sees to the data format."""
    if keyword.arg == "data_format":
        return True
    parameter = inspect.signature(getattr(keras.layers, layer)).parameters.get(str(keyword.arg))
    given = keyword.value
    return (
        parameter is not None
        and isinstance(given, ast.Constant)
        and all_same((given.value, parameter.default))
    )
