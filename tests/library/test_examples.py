"""Every public name has an example in its docstring, and every example does what it shows."""

import ast
import doctest
import gc
import importlib
import inspect
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType

import pytest

PUBLIC = (
    "encdec_widgets",
    "encdec_widgets.architectures",
    "encdec_widgets.backbone",
    "encdec_widgets.encoder_decoder",
    "encdec_widgets.explore.sweep",
    "encdec_widgets.head",
    "encdec_widgets.session",
    "encdec_widgets.timing",
    "encdec_widgets.workers.training",
)
RULES = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public_names() -> Iterator[tuple[str, str]]:
    """Every public name once, though the same thing can be imported from several modules."""
    seen: list[object] = []
    for module_name in PUBLIC:
        module = importlib.import_module(module_name)
        for name in module.__all__:
            thing = getattr(module, name)
            if not any(thing is other for other in seen):
                seen.append(thing)
                yield module_name, name


NAMES = list(public_names())


def docstring(module: ModuleType, name: str) -> str:
    """What is said of a name where it is defined: in its docstring, or of a constant in the text under it."""
    thing = getattr(module, name)
    if inspect.isclass(thing) or inspect.isroutine(thing):
        return inspect.getdoc(thing) or ""
    statements = ast.parse(inspect.getsource(module)).body
    for statement, text in pairwise(statements):
        match statement, text:
            case ast.Assign(targets=[ast.Name(id=found)]), ast.Expr(ast.Constant(str(words))) if (
                found == name
            ):
                return inspect.cleandoc(words)
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and any(alias.name == name for alias in statement.names):
            return docstring(importlib.import_module(str(statement.module)), name)
    return ""


@pytest.mark.parametrize(("module", "name"), NAMES, ids=lambda part: part.rpartition(".")[2])
def test_the_example_of_a_public_name_does_what_it_shows(module: str, name: str) -> None:
    text = docstring(importlib.import_module(module), name)
    test = doctest.DocTestParser().get_doctest(text, {}, name, module, None)
    assert any(name in example.source for example in test.examples), "its docstring has no example of it"
    report: list[str] = []
    doctest.DocTestRunner(optionflags=RULES).run(test, out=report.append)
    if ">>> class " in text:
        gc.collect()  # a class of an example is a kind of block as long as it is there
    assert not report, "".join(report)


def test_no_two_examples_are_the_same() -> None:
    texts = [docstring(importlib.import_module(module), name) for module, name in NAMES]
    sources = [
        "".join(example.source for example in doctest.DocTestParser().get_examples(text)) for text in texts
    ]
    assert len(set(sources)) == len(sources)
