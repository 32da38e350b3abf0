"""The code of functions, as Python's own syntax trees."""

import ast
import copy
import functools
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from encdec_widgets.architectures.known_classes import is_shipped
from encdec_widgets.export.keras_code.folding import SOMETHING


@functools.cache
def _parsed(function: Callable[..., Any]) -> ast.FunctionDef:
    try:
        text = inspect.getsource(function)
    except OSError as error:
        raise ValueError(
            f"The code of {function.__qualname__} is not there: {error}. Code can be written where the .py files of "
            "this package are installed."
        ) from None
    (tree,) = ast.parse(textwrap.dedent(text)).body
    assert isinstance(tree, ast.FunctionDef)
    return tree


def source_of(function: Callable[..., Any]) -> ast.FunctionDef:
    """The code of a function; the caller may change it."""
    return copy.deepcopy(_parsed(inspect.unwrap(function)))


def with_each_named(tree: ast.FunctionDef, count: int) -> ast.FunctionDef:
    """A function that takes ``count`` arguments in the place of any number (``*predictions``), each with a name."""
    given = tree.args.vararg
    if given is None:
        return tree
    one = given.arg.removesuffix("s")
    names = [one if count == 1 and one != given.arg else f"{one}{i}" for i in range(count)]
    tree.args.args += [ast.arg(name) for name in names]
    tree.args.vararg = None
    elements = [ast.Name(name, ast.Load()) for name in names]
    new: ast.FunctionDef = _Named(given.arg, ast.Tuple(list(elements), ast.Load())).visit(tree)
    return ast.fix_missing_locations(new)


class _Named(ast.NodeTransformer):
    def __init__(self, name: str, elements: ast.Tuple) -> None:
        self._name, self._elements = name, elements

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self._elements) if node.id == self._name else node


def reached_from(function: Callable[..., Any]) -> set[Callable[..., Any]]:
    """The functions of this package that a function calls, and that these call."""
    found: set[Callable[..., Any]] = set()
    pending = [function]
    while pending:
        each = pending.pop()
        new = set(_called_in(source_of(each), each.__globals__)) - found
        found |= new
        pending += new
    return found


def _called_in(tree: ast.AST, names: Mapping[str, Any]) -> Iterator[Callable[..., Any]]:
    for node in ast.walk(tree):
        value = names.get(node.id) if isinstance(node, ast.Name) else None
        if inspect.isfunction(value) and is_shipped(value):
            yield value


def arguments_of(tree: ast.FunctionDef) -> list[ast.arg]:
    """All arguments of a function."""
    return [*tree.args.args, *tree.args.kwonlyargs]


def names_in(statements: Sequence[ast.stmt]) -> set[str]:
    """The names in statements, but for those of functions that are called."""
    called = {n.func for s in statements for n in ast.walk(s) if isinstance(n, ast.Call)}
    nodes = [n for s in statements for n in ast.walk(s) if isinstance(n, ast.Name) and n not in called]
    return {node.id for node in nodes}


def set_once(tree: ast.FunctionDef) -> frozenset[str]:
    """The names that a function sets once and outside of loops."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    in_loops = {name for loop in loops for name in _stored_in(loop)} | {arg.arg for arg in arguments_of(tree)}
    return frozenset(
        name for name, count in Counter(_stored_in(tree)).items() if count == 1 and name not in in_loops
    )


def names_set_in(tree: ast.FunctionDef) -> frozenset[str]:
    """The names that a function sets, and those of its arguments."""
    return frozenset([*_stored_in(tree), *(arg.arg for arg in arguments_of(tree))])


def _stored_in(tree: ast.AST) -> list[str]:
    return [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def known_of(given: Mapping[str, ast.expr]) -> dict[str, Any]:
    """What is known of arguments from how they are written."""
    known: dict[str, Any] = {}
    for name, arg in given.items():
        try:
            known[name] = ast.literal_eval(arg)
        except ValueError:
            if isinstance(arg, ast.JoinedStr):
                known[name] = SOMETHING
    return known


def with_methods_put_in(tree: ast.FunctionDef, cls: type[Any]) -> ast.FunctionDef:
    """The code of a method with that of the methods that it calls on ``self`` in its place.

    Raises:
        NotImplementedError: If such a call stands elsewhere than alone on the right of ``name = ...``.
    """
    tree.body = _expanded(tree.body, cls)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _method(node, cls) is not None:
            raise NotImplementedError(
                f"{ast.unparse(node)} of {cls.__name__} has no form in code. Would work: name = {ast.unparse(node)}."
            )
    return tree


def _expanded(statements: Sequence[ast.stmt], cls: type[Any]) -> list[ast.stmt]:
    expanded: list[ast.stmt] = []
    for statement in statements:
        for part in ("body", "orelse"):
            if hasattr(statement, part):
                setattr(statement, part, _expanded(getattr(statement, part), cls))
        value = getattr(statement, "value", None)
        call = value if isinstance(value, ast.Call) else None
        method = None if call is None else _method(call, cls)
        if call is None or method is None or not isinstance(statement, ast.Assign):
            expanded.append(statement)
            continue
        callee = source_of(method)
        for parameter, arg in zip(callee.args.args[1:], call.args, strict=True):
            if ast.unparse(arg) != parameter.arg:
                expanded.append(ast.Assign([ast.Name(parameter.arg, ast.Store())], arg))
        expanded += _expanded(assigning(callee.body, statement.targets[0]), cls)
    return [ast.fix_missing_locations(each) for each in expanded]


def _method(call: ast.Call, cls: type[Any]) -> Callable[..., Any] | None:
    function = call.func
    if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "self":
        method: Callable[..., Any] = getattr(cls, function.attr)
        return method
    return None


def assigning(statements: Sequence[ast.stmt], target: ast.expr) -> list[ast.stmt]:
    """The statements of a function, setting ``target`` to what it returns."""
    for i, statement in enumerate(statements):
        before = list(statements[:i])
        if isinstance(statement, ast.Return) and statement.value is not None:
            return [*before, ast.Assign([target], statement.value)]
        if isinstance(statement, ast.If) and any(isinstance(each, ast.Return) for each in statement.body):
            rest = [*statement.orelse, *statements[i + 1 :]]
            branches = assigning(statement.body, target), assigning(rest, target)
            return [*before, ast.If(statement.test, *branches)]
    return list(statements)
