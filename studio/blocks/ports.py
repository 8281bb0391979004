"""Ports of a composite: where values enter it and leave it, drawn inside it."""

from studio.api import BlockSpec, Inferred, Param, Params, Port, ShapeError, Shapes

_ORDER = Param(
    "order", 0, low=0, high=10_000, help="Place among the ports; equal ones go from top to bottom"
)


def _outside(_: Shapes, __: Params) -> Inferred:
    # Inside a composite the check knows the value; a rule is asked only where there is none.
    raise ShapeError("expected a composite around it; fold blocks into one")


PORT_IN = BlockSpec(
    id="io.port_in",
    title="Input port",
    family="Composite",
    role="port",
    stem="x",
    inputs=(),
    outputs=(Port("y", None),),
    params=(_ORDER,),
    infer=_outside,
    formula="y = argument of the composite",
    help=(
        "A place where a value enters the composite that is open. Its title is the name of the "
        "port on every instance."
    ),
    paper="PyTorch: torch.nn.Module.forward",
    synonyms=("argument", "inlet", "composite input"),
)

PORT_OUT = BlockSpec(
    id="io.port_out",
    title="Output port",
    family="Composite",
    role="port",
    stem="y",
    inputs=(Port("x", None),),
    outputs=(),
    params=(_ORDER,),
    infer=_outside,
    formula="result of the composite = x",
    help=(
        "A place where a value leaves the composite that is open. Its title is the name of the "
        "port on every instance."
    ),
    paper="PyTorch: torch.nn.Module.forward",
    synonyms=("result", "outlet", "return", "composite output"),
)
