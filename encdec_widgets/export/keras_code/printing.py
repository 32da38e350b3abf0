"""Syntax trees as text that is laid out as formatters of Python code do."""

import ast
import io
import tokenize
from collections.abc import Sequence

LONGEST_LINE = 88
"""Characters of a line, as formatters have it by default."""


LONGEST_DOCSTRING = 110
"""Characters of a sentence at the head of a function, which formatters leave on its line."""


def printed(statements: Sequence[ast.stmt], depth: int = 0) -> str:
    """Statements as text, each ending in a line break."""
    return "".join(_statement(statement, depth) for statement in statements)


def _statement(statement: ast.stmt, depth: int) -> str:
    margin = "    " * depth
    match statement:
        case ast.FunctionDef():
            head = f"{margin}def {statement.name}({_code(statement.args)}):"
            if len(head) > LONGEST_LINE:
                head = f"{margin}def {statement.name}(\n{_listed(_arguments(statement.args), depth + 1)}{margin}):"
            return f"{head}\n{printed(statement.body, depth + 1)}"
        case ast.For():
            head = f"for {_target(statement.target)} in {_code(statement.iter)}:"
            return f"{margin}{head}\n{printed(statement.body, depth + 1)}"
        case ast.If():
            text = f"{margin}if {_code(statement.test)}:\n{printed(statement.body, depth + 1)}"
            if not statement.orelse:
                return text
            return f"{text}{margin}else:\n{printed(statement.orelse, depth + 1)}"
        case ast.Expr(ast.Constant(str() as words)):
            return f'{margin}"""{docstring(words)}"""\n'
    line = f"{margin}{_code(statement)}"
    if len(line) <= LONGEST_LINE or not isinstance(
        statement, (ast.Assign, ast.Return, ast.Expr, ast.AugAssign)
    ):
        return f"{line}\n"
    value = statement.value
    assert value is not None
    whole = _code(value)
    start = line[: len(line) - len(whole)]
    return f"{start}{broken(value, depth, LONGEST_LINE - len(start))}\n"


def broken(value: ast.expr, depth: int, room: int = 0) -> str:
    """An expression on several lines.

    Args:
        value: The expression.
        depth: How far the line is indented on which it begins.
        room: Characters that are left on that line.
    """
    margin = "    " * depth
    match value:
        case ast.Call(ast.Call() as inner, [ast.List()]) if len(_code(inner)) < room:
            return f"{_code(inner)}(\n{_listed(_call_arguments(value), depth + 1)}{margin})"
        case ast.Call(ast.Call() as inner, args):
            tail = f"({', '.join(map(_code, args))})"
            return f"{_code(inner.func)}(\n{_listed(_call_arguments(inner), depth + 1)}{margin}){tail}"
        case ast.Call():
            return f"{_code(value.func)}(\n{_listed(_call_arguments(value), depth + 1)}{margin})"
        case ast.IfExp():
            parts = [_code(value.body), f"if {_code(value.test)}", f"else {_code(value.orelse)}"]
            return "(\n" + "".join(f"{margin}    {part}\n" for part in parts) + f"{margin})"
        case ast.Tuple():
            return "(\n" + _rows(value.elts, depth + 1) + f"{margin})"
        case ast.List():
            return "[\n" + _rows(value.elts, depth + 1) + f"{margin}]"
        case ast.Dict(keys, values):
            margin_in = "    " * (depth + 1)
            pairs = "".join(
                f"{margin_in}{_code(k)}: {_code(v)},\n" for k, v in zip(keys, values, strict=True) if k
            )
            return f"{{\n{pairs}{margin}}}"
    return _code(value)


def _rows(items: Sequence[ast.expr], depth: int) -> str:
    """The items of a list, one a line, with a comma after each."""
    margin = "    " * depth
    lines = [f"{margin}{_code(item)}" for item in items]
    return "".join(
        f"{line},\n" if len(line) < LONGEST_LINE else f"{margin}{broken(item, depth)},\n"
        for line, item in zip(lines, items, strict=True)
    )


def _listed(items: Sequence[str], depth: int) -> str:
    """Arguments on one line if there is room, else one a line with a comma after each."""
    margin = "    " * depth
    line = f"{margin}{', '.join(items)}"
    return f"{line}\n" if len(line) <= LONGEST_LINE else "".join(f"{margin}{item},\n" for item in items)


def _call_arguments(call: ast.Call) -> list[str]:
    return [*map(_code, call.args), *map(_code, call.keywords)]


def _arguments(arguments: ast.arguments) -> list[str]:
    plain = len(arguments.args) - len(arguments.defaults)
    with_default = zip(arguments.args[plain:], arguments.defaults, strict=True)
    return [*(a.arg for a in arguments.args[:plain]), *(f"{a.arg}={_code(d)}" for a, d in with_default)]


def _target(target: ast.expr) -> str:
    """What a loop sets, as it is written: without brackets around all of it."""
    text = _code(target)
    return text[1:-1] if isinstance(target, ast.Tuple) and text.startswith("(") else text


def docstring(words: str) -> str:
    r"""A text between triple quotes that it can't leave.

    >>> docstring('it says "so"')
    'it says \\\\"so\\\\"'
    """
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in escaped)


def _code(node: ast.AST) -> str:
    return _with_double_quotes(ast.unparse(ast.fix_missing_locations(node)))


def _with_double_quotes(code: str) -> str:
    """Code with its texts between double quotes, where that needs no backslash."""
    if "'" not in code:
        return code
    if '"' not in code and "\\" not in code:
        return code.replace("'", '"')
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    lines = code.splitlines(keepends=True)
    for token in reversed(list(tokens)):
        text = token.string
        if token.type == tokenize.STRING and text[-1] == "'" and '"' not in text and "\\" not in text:
            row, (start, end) = token.start[0] - 1, (token.start[1], token.end[1])
            lines[row] = lines[row][:start] + text.replace("'", '"') + lines[row][end:]
    return "".join(lines)
