"""Containing: code of plug-ins in the window cannot end the program.

Qt calls a slot from C, and Python ends the process where a ``SystemExit`` comes out of one, before
any hook is asked. So every function of a plug-in is compiled with an ``except SystemExit`` around
its body: what comes out is an error like others, of which the hook knows whose it is. Names,
arguments and lines stay as they are written.
"""

import ast
from collections.abc import Callable
from typing import TypeVar

from .words import Ended

T = TypeVar("T")

_ENDED, _RUN = "_netwright_ended", "_netwright_run"


def contain(tree: ast.Module) -> ast.Module:
    """Return a module whose functions turn the wish to end the program into ``Ended``."""
    _Containing().visit(tree)
    place = 0
    while place < len(tree.body) and _comes_first(tree.body[place]):
        place += 1
    names = [ast.alias("Ended", _ENDED), ast.alias("run_contained", _RUN)]
    tree.body.insert(place, ast.ImportFrom(__name__, names, 0))
    return ast.fix_missing_locations(tree)


def run_contained(function: Callable[[], T]) -> T:
    """Return what a function returns.

    Raises:
        Ended: it wants to end the program.
    """
    try:
        return function()
    except SystemExit as error:
        raise Ended from error


class _Containing(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Put the body of a function into a try; its docstring stays first."""
        self.generic_visit(node)
        first = int(ast.get_docstring(node, clean=False) is not None)
        body = node.body[first:]
        if body:
            node.body[first:] = [_tried(body)]
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """Let what a lambda says be said under the same care."""
        self.generic_visit(node)
        if not any(isinstance(one, ast.NamedExpr | ast.Yield) for one in ast.walk(node.body)):
            inner = ast.Lambda(ast.arguments([], [], None, [], [], None, []), node.body)
            call = ast.Call(ast.Name(_RUN, ast.Load()), [inner], [])
            node.body = ast.copy_location(call, node.body)
        return node


def _tried(body: list[ast.stmt]) -> ast.stmt:
    cause = ast.Name("SystemExit", ast.Load())
    ended = ast.Name(_ENDED, ast.Load())
    handler = ast.ExceptHandler(cause, None, [ast.Raise(ended, None)])
    return ast.copy_location(ast.Try(body, [handler], [], []), body[0])


def _comes_first(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
