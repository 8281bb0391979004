"""Symbols: numbers that remember which argument they come from, carried through the shape rules.

A rule that is asked with symbols instead of numbers answers as always, but wherever it hands a
number on unchanged (the features of one layer become those of the next), the name goes with it.
What a rule computes anew is a plain number, so that a name never stands for another value.
"""

import ast
from collections.abc import Mapping

from studio.core.blocks import Inferred
from studio.core.composites import PORT_IN, PORT_OUT, Composite, composite_of, port_name
from studio.core.errors import ParamError, ShapeError
from studio.core.expressions import evaluate, is_expression
from studio.core.facts import BlockFacts, Checked
from studio.core.graph import Graph, Node, NodeId
from studio.core.params import Params, Value
from studio.core.scope import Scope, live
from studio.core.shapes import Dim, Shape, Shapes
from studio.core.sharing import owner_of


class Whole(int):
    """A whole number that is written as an expression."""

    text: str

    def __new__(cls, value: int, text: str) -> "Whole":
        """Return the number ``value``, written ``text``."""
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return self.text if not spec else super().__format__(spec)


class Real(float):
    """A real number that is written as an expression."""

    text: str

    def __new__(cls, value: float, text: str) -> "Real":
        """Return the number ``value``, written ``text``."""
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return self.text if not spec else super().__format__(spec)


def named(value: Value, text: str) -> Value:
    """Return a value that is written ``text``; one that is no number stays as it is."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Whole(value, text)
    return Real(value, text) if isinstance(value, float) else value


def written(value: Value, raw: Value, env: Mapping[str, Value]) -> Value:
    """Return a block's value, written as its expression over the names of the class if it has one.

    ``raw`` is what was set on the block.
    """
    if not is_expression(raw):
        return value
    try:
        tree = ast.parse(raw[1:].strip(), mode="eval")
    except SyntaxError:
        return value
    try:
        body = _Written(env).visit(tree).body
    except ParamError:
        return value
    text = ast.unparse(_with_whole_division(body, value))
    if not any(isinstance(node, ast.Name) for node in ast.walk(body)):
        return value
    if isinstance(value, tuple):
        return tuple(Whole(item, text) for item in value)
    return named(value, text)


def symbolic(
    composite: Composite,
    checked: Checked,
    scope: Scope,
    given: Mapping[str, Shape],
    env: Mapping[str, Value],
) -> dict[NodeId, BlockFacts]:
    """Return the facts of a composite's blocks with symbols where names of ``env`` lead."""
    graph = live(composite.graph, scope)
    found: dict[NodeId, BlockFacts] = {}
    for id_ in graph.order:
        facts, node = checked.blocks[id_], graph.nodes[id_]
        inputs = {
            port: found[end.node].outputs[end.port]
            for port, end in graph.inputs_of[id_].items()
            if end.port in found[end.node].outputs
        }
        if node.kind == PORT_IN:
            shape = given.get(port_name(node))
            found[id_] = _with(facts, {}, {"y": shape} if shape else facts.outputs, facts.params)
            continue
        raw = owner_of(graph, node).params
        params = {name: written(v, raw.get(name), env) for name, v in facts.params.items()}
        found[id_] = _inferred(graph, node, _with(facts, inputs, facts.outputs, params), scope)
    return found


def same_text(text: str, plain: str, values: Mapping[str, Value]) -> bool:
    """Tell whether a text means the same as a plain one once the names have their values."""
    try:
        ours, theirs = ast.parse(text, mode="eval"), ast.parse(plain, mode="eval")
    except SyntaxError:
        return False
    return ast.dump(_Folded(values).visit(ours)) == ast.dump(_Folded({}).visit(theirs))


def _inferred(graph: Graph, node: Node, facts: BlockFacts, scope: Scope) -> BlockFacts:
    inner = scope.composites.get(composite_of(node.kind))
    if inner is not None and facts.inside is not None:
        inside = symbolic(inner, facts.inside, scope, facts.inputs, facts.params)
        outputs = {
            port_name(port): inside[port.id].inputs["x"]
            for port in inner.graph.nodes.values()
            if port.kind == PORT_OUT and port.id in inside
        }
        return _with(facts, facts.inputs, outputs, facts.params)
    spec = scope.block(node.kind)
    if spec is None or facts.inferred is None or spec.borrows:
        return facts
    try:
        inferred = spec.infer(Shapes(facts.inputs), Params(facts.params))
    except ShapeError:
        return facts
    return _with(facts, facts.inputs, inferred.outputs, facts.params, inferred)


def _with(
    facts: BlockFacts,
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    params: Mapping[str, Value],
    inferred: Inferred | None = None,
) -> BlockFacts:
    return BlockFacts(
        inputs=inputs,
        outputs=outputs,
        inferred=inferred or facts.inferred,
        params=params,
        inside=facts.inside,
        repeat=facts.repeat,
    )


def plain_dim(dim: Dim) -> str:
    """Return a size as it stands in a comment, without spaces."""
    return str(dim).replace(" ", "")


def _with_whole_division(body: ast.expr, value: Value) -> ast.expr:
    """Return the expression as Python must write it for a whole number to stay whole."""
    if not isinstance(value, (int, tuple)):
        return body
    if isinstance(body, ast.BinOp) and isinstance(body.op, ast.Div):
        return ast.BinOp(body.left, ast.FloorDiv(), body.right)
    if any(isinstance(node, ast.Div) for node in ast.walk(body)):
        return ast.Call(ast.Name("int"), [body], [])
    return body


class _Written(ast.NodeTransformer):
    """Puts what stands for a name into its place: other symbols as they are written."""

    def __init__(self, env: Mapping[str, Value]) -> None:
        self._env = env

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return ast.Call(node.func, [self.visit(argument) for argument in node.args], [])

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        chosen = evaluate(ast.unparse(node.test), self._env)
        made: ast.expr = self.visit(node.body if chosen else node.orelse)
        return made

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self._env.get(node.id)
        if isinstance(value, (Whole, Real)):
            return ast.parse(value.text, mode="eval").body
        return ast.Constant(value) if isinstance(value, (int, float, str)) else _spelled(value)


class _Folded(ast.NodeTransformer):
    """Computes what is constant, so that ``4 * 16`` and ``64`` become the same."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Call)):
            try:
                value = evaluate(ast.unparse(node), {})
            except ParamError:
                return node
            return node if isinstance(value, (bool, str)) else _constant(value)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return _constant(node.value) if isinstance(node.value, float) else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self._values.get(node.id)
        known = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not known or not isinstance(value, (int, float)):
            return node
        return _constant(float(value) if isinstance(value, float) else int(value))


def _spelled(value: Value) -> ast.expr:
    """Return sizes, or nothing, as Python writes them."""
    return ast.parse(repr(value), mode="eval").body


def _constant(value: float) -> ast.Constant:
    return ast.Constant(int(value) if float(value).is_integer() else value)
