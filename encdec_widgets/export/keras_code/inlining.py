"""Code put in the place of a call, and other small things that make code read as if it were written by hand."""

import ast
import copy
from collections import Counter
from collections.abc import Mapping, Sequence

from encdec_widgets.export.keras_code.folding import visited_text


def expression_of(body: Sequence[ast.stmt]) -> ast.expr | None:
    """What a function returns that does nothing else; None if it does more."""
    *before, last = body
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    if not before:
        return last.value
    (first, *others) = before
    if others or not isinstance(first, ast.Assign):
        return None
    return first.value if ast.unparse(first.targets[0]) == ast.unparse(last.value) else None


def takes(expression: ast.expr, given: Mapping[str, ast.expr]) -> bool:
    """Whether an expression is as short with these arguments put in: what is more than a name goes in once."""
    if isinstance(expression, ast.IfExp):
        return False
    count = Counter(node.id for node in ast.walk(expression) if isinstance(node, ast.Name))
    return all(count[name] < 2 or isinstance(arg, (ast.Name, ast.Constant)) for name, arg in given.items())


def put_into(expression: ast.expr, given: Mapping[str, ast.expr]) -> ast.expr:
    """An expression with arguments in the place of their names."""
    new: ast.expr = _Substitution(given).visit(copy.deepcopy(expression))
    return new


class _Substitution(ast.NodeTransformer):
    def __init__(self, given: Mapping[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._given.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if not isinstance(node.func, ast.Name):
            node.func = self.visit(node.func)
        node.args = [self.visit(arg) for arg in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return visited_text(node, self.visit)


def with_calls_replaced(tree: ast.FunctionDef, instead: Mapping[ast.Call, ast.expr]) -> ast.FunctionDef:
    """A function with expressions in the place of calls."""
    new: ast.FunctionDef = _Replacing(instead).visit(tree)
    return new


class _Replacing(ast.NodeTransformer):
    def __init__(self, instead: Mapping[ast.Call, ast.expr]) -> None:
        self._instead = instead

    def visit_Call(self, node: ast.Call) -> ast.expr:
        expression = self._instead.get(node)
        if expression is not None:
            new: ast.expr = self.visit(expression)
            return new
        self.generic_visit(node)
        return node


def with_plain_ends(tree: ast.FunctionDef) -> ast.FunctionDef:
    """A function that has no second name for its first argument, and returns what it would set last."""
    first = tree.args.args[0].arg
    body = tree.body
    alias = f"x = {first}"
    copies = [statement for statement in body if ast.unparse(statement) == alias]
    others = Counter(n.id for s in body if s not in copies for n in ast.walk(s) if isinstance(n, ast.Name))
    if first != "x" and (not others[first] if copies else not others["x"]):
        tree.args.args[0].arg = "x"
        tree.body = [
            _Substitution({first: ast.Name("x", ast.Load())}).visit(s) for s in body if s not in copies
        ]
    tree.body = _with_short_end(tree.body)
    return ast.fix_missing_locations(tree)


def _with_short_end(body: list[ast.stmt]) -> list[ast.stmt]:
    end = expression_of(body[-2:])
    return body if end is None or len(body) < 2 else [*body[:-2], ast.Return(end)]
