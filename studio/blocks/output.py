"""Where values leave the drawing: what a network returns under a name of its own."""

from studio.api import BlockSpec, Inferred, Params, Port, Shapes, gives


def _output(shapes: Shapes, _: Params) -> Inferred:
    return gives(shapes["x"])


OUTPUT = BlockSpec(
    id="io.output",
    title="Output",
    family="Output",
    role="output",
    stem="output",
    inputs=(Port("x", None),),
    outputs=(Port("y", None, help="The same value, for what comes behind, such as a loss"),),
    infer=_output,
    call="{x}",
    formula="y = x",
    help=(
        "Names a value that the network returns: its title is the name in the program and in "
        "exported files. Without it a network returns what losses need and what nothing takes; "
        "with it also values halfway, such as the code of an autoencoder."
    ),
    paper="PyTorch: torch.nn.Module.forward; ONNX: the outputs of a graph",
    synonyms=("return", "result", "prediction", "answer", "named value", "head"),
)
