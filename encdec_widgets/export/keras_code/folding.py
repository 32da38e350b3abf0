"""Python code with what is known put in: constants in place of names, and of two branches the one that is taken."""

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

_HARMLESS = ("len", "max", "min", "tuple")
"""Functions that do nothing but give a value."""


class Something:
    """Stands for a value of which nothing is known but that it is not None: looking at it raises."""

    def _unknown(self, *_: Any) -> Any:
        raise LookupError

    __bool__ = __len__ = __iter__ = __getattr__ = __getitem__ = __eq__ = __format__ = __str__ = _unknown
    __hash__ = object.__hash__


SOMETHING = Something()


@attrs.frozen
class Calls:
    """All calls of a function, and what is known of each.

    Attributes:
        known: For each call the values that its names have. A name that is missing may have any value.
        names: What else the code can look up, such as the constants of its module.
    """

    known: Sequence[Mapping[str, Any]]
    names: Mapping[str, Any]

    def values_of(self, node: ast.expr) -> tuple[Any, ...] | None:
        """What an expression gives in each call; None where that is not known."""
        if any(isinstance(each, ast.Call) and not _is_harmless(each) for each in ast.walk(node)):
            return None
        code = compile(ast.fix_missing_locations(ast.Expression(node)), "<known>", "eval")
        try:
            values = tuple(eval(code, dict(self.names), known) for known in self.known)
        except Exception:  # noqa: BLE001 - whatever it is, the value is not known
            return None
        return values if values and all(map(is_literal, values)) else None

    def value_of(self, node: ast.expr) -> tuple[Any] | None:
        """What an expression gives in all calls, in a tuple; None where that is not known, or not the same."""
        values = self.values_of(node)
        return None if values is None or not all_same(values) else values[:1]


def all_same(values: Sequence[Any]) -> bool:
    """Whether values are written alike: 1, 1.0 and True are not."""
    return all(type(value) is type(values[0]) and repr(value) == repr(values[0]) for value in values)


def is_literal(value: Any) -> bool:
    """Whether Python code can say a value by itself."""
    if isinstance(value, (tuple, list)):
        return type(value) in (tuple, list) and all(map(is_literal, value))
    return value is None or type(value) in (bool, int, str) or (type(value) is float and math.isfinite(value))


def literal(value: Any) -> ast.expr:
    """The code of a value."""
    return ast.parse(repr(value), mode="eval").body


def _is_harmless(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in _HARMLESS


class Folding(ast.NodeTransformer):
    """Puts what is known into the statements of a function.

    Attributes:
        parameters: Fields of ``self`` that differ from call to call, with their values: they become arguments.
    """

    def __init__(
        self,
        calls: Calls,
        note: Callable[[ast.Call, Mapping[str, Any]], None],
        *,
        once: frozenset[str] = frozenset(),
        taken: frozenset[str] = frozenset(),
    ) -> None:
        """Fold for these calls.

        Args:
            calls: What is known.
            note: Is told of each call in the code that is kept, with the names that the code can look up.
            once: Names that the function sets once, and not in a loop.
            taken: All names that the function sets or takes: a field of such a name gets another.
        """
        self.calls = calls
        self.parameters: dict[str, tuple[Any, ...]] = {}
        self._note = note
        self._once = once
        self._taken = taken

    def body(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Fold statements, one after the other."""
        folded: list[ast.stmt] = []
        for statement in statements:
            new = self.visit(statement)
            folded += new if isinstance(new, list) else [] if new is None else [new]
            if folded and isinstance(folded[-1], (ast.Return, ast.Raise)):
                break
        return folded

    def visit(self, node: ast.AST) -> Any:
        """Fold a node: to a constant where it is one in all calls."""
        if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", ast.Load()), ast.Store):
            return super().visit(node)
        known = self.calls.value_of(node)
        return super().visit(node) if known is None or isinstance(node, ast.Constant) else literal(known[0])

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Let a field that differs be an argument, and ``keras.layers`` plainly ``layers``."""
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            values = self.calls.values_of(node)
            if values is None:
                raise NotImplementedError(f"self.{node.attr} has no form in code.")
            name = node.attr.lstrip("_")
            while name in self._taken:
                name += "_"
            self.parameters[name] = values
            return ast.Name(name, ast.Load())
        if ast.unparse(node) == "keras.layers":
            return ast.Name("layers", ast.Load())
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Fold the arguments, and tell of the call."""
        function = node.func
        if not (isinstance(function, ast.Attribute) and ast.unparse(function.value) == "self"):
            node.func = self.visit(function)
        node.args = [self.visit(arg) for arg in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        self._note(node, self.calls.names)
        return node

    def visit_If(self, node: ast.If) -> Any:
        """Take the branch that is always taken, and leave out what is only checked."""
        test = self.calls.value_of(node.test)
        if test is not None:
            return self.body(node.body if test[0] else node.orelse)
        node.test = self.visit(node.test)
        node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        if node.body and isinstance(node.body[0], ast.Raise):
            return node.orelse
        if not node.body:
            node.test, node.body, node.orelse = ast.UnaryOp(ast.Not(), node.test), node.orelse, []
        return node if node.body else None

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Take the value that is always taken, or that is the same either way."""
        test = self.calls.value_of(node.test)
        if test is not None:
            chosen: ast.expr = self.visit(node.body if test[0] else node.orelse)
            return chosen
        self.generic_visit(node)
        return node.body if ast.dump(node.body) == ast.dump(node.orelse) else node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Leave out what decides nothing, and all after what decides alone."""
        decides = isinstance(node.op, ast.Or)
        values: list[ast.expr] = []
        for value in node.values:
            known = self.calls.value_of(value)
            if known is None:
                values.append(self.visit(value))
            elif bool(known[0]) is decides:
                values.append(ast.Constant(decides))
                break
        if isinstance(values[-1], ast.Constant) and values[-1].value is decides:
            return values[-1]  # Nothing before it does anything.
        return values[0] if len(values) == 1 else ast.BoolOp(node.op, values)

    def visit_For(self, node: ast.For) -> Any:
        """Drop a loop over nothing, and do once what is done once."""
        node.iter = self.visit(node.iter)
        turns = _turns(node.iter)
        if turns == 0:
            return None
        if turns == 1 and (once := _in_the_only_turn(node)) is not None:
            before = self.calls
            self.calls = Calls([{**known, **once} for known in before.known], before.names)
            body = self.body(node.body)
            self.calls = before
            return body
        node.body = self.body(node.body)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        """Put known texts into an f-string, and one f-string into the other."""
        return visited_text(node, self.visit)

    def visit_Assign(self, node: ast.Assign) -> Any:
        """Forget a name that stands for a constant."""
        if isinstance(node.targets[0], ast.Name) and (name := node.targets[0].id) in self._once:
            values = self.calls.values_of(node.value)
            # A list may be filled later on.
            if values is not None and not any(isinstance(value, list) for value in values):
                known = [{**c, name: v} for c, v in zip(self.calls.known, values, strict=True)]
                self.calls = Calls(known, self.calls.names)
                if all_same(values):
                    return None
        node.value = self.visit(node.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """Write it without its type."""
        assert node.value is not None
        return self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """Leave out what adds nothing."""
        node.value = self.visit(node.value)
        return None if isinstance(node.value, ast.Constant) and node.value.value == "" else node

    def visit_Expr(self, node: ast.Expr) -> Any:
        """Keep only what changes a list: other calls whose value nobody takes are checks, and texts are docstrings."""
        value = node.value
        if not isinstance(value, ast.Call) or isinstance(value.func, ast.Name):
            return None
        node.value = self.visit(value)
        return node


def _turns(iterated: ast.expr) -> int | None:
    """How often a loop over ``range`` or ``enumerate`` is taken; None where that is not known."""
    if (
        not isinstance(iterated, ast.Call)
        or not isinstance(iterated.func, ast.Name)
        or len(iterated.args) != 1
    ):
        return None
    (over,) = iterated.args
    if iterated.func.id == "range" and isinstance(over, ast.Constant) and isinstance(over.value, int):
        return over.value
    if iterated.func.id == "enumerate" and isinstance(over, (ast.Tuple, ast.List)):
        return len(over.elts)
    return None


def _in_the_only_turn(loop: ast.For) -> dict[str, Any] | None:
    """The values that the names of a loop have, where it is taken once; None where they are not known."""
    assert isinstance(loop.iter, ast.Call)
    (over,) = loop.iter.args
    if isinstance(loop.target, ast.Name) and isinstance(over, ast.Constant):
        return {loop.target.id: 0}
    if not isinstance(loop.target, ast.Tuple) or not isinstance(over, (ast.Tuple, ast.List)):
        return None
    number, value = loop.target.elts
    if ast.unparse(value) == ast.unparse(over.elts[0]):
        return {ast.unparse(number): 0}
    if not isinstance(value, ast.Name) or not isinstance(over.elts[0], ast.Constant):
        return None
    return {ast.unparse(number): 0, value.id: over.elts[0].value}


def visited_text(node: ast.JoinedStr, visit: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """An f-string with what ``visit`` makes of the values in it."""
    parts: list[ast.expr] = []
    for part in node.values:
        parts += text_parts(visit(part.value) if isinstance(part, ast.FormattedValue) else part)
    return joined(parts)


def text_parts(inner: ast.expr) -> list[ast.expr]:
    """What a value is in an f-string."""
    if isinstance(inner, ast.JoinedStr):
        return list(inner.values)
    if isinstance(inner, ast.Constant):
        return [ast.Constant(str(inner.value))]
    return [inner if isinstance(inner, ast.FormattedValue) else ast.FormattedValue(inner, -1, None)]


def joined(parts: Sequence[ast.expr]) -> ast.expr:
    """An f-string of parts; a plain text where that is all."""
    texts: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.Constant) and texts and isinstance(texts[-1], ast.Constant):
            texts[-1] = ast.Constant(str(texts[-1].value) + str(part.value))
        elif not (isinstance(part, ast.Constant) and part.value == ""):
            texts.append(part)
    if not texts:
        return ast.Constant("")
    return texts[0] if len(texts) == 1 and isinstance(texts[0], ast.Constant) else ast.JoinedStr(texts)
