"""Patches: a picture becomes a sequence."""

from studio.api import BlockSpec, Inferred, Param, Params, Shape, ShapeError, Shapes, gives, size

from ._forms import IMAGE, expect_image


def _patches(shapes: Shapes, p: Params) -> Inferred:
    x, patch, width = shapes["x"], p.whole("patch_size"), p.whole("embedding_dim")
    channels = expect_image(x)
    sides = [size(dim, "the image") for dim in x.dims[2:]]
    if any(side % patch for side in sides):
        raise ShapeError(
            f"expected a height and width that {patch} divides, received {sides[0]}×{sides[1]}", "x"
        )
    steps = sides[0] // patch * (sides[1] // patch)
    weights: dict[str, tuple[int, ...]] = {"weight": (width, channels, patch, patch)}
    if p.flag("bias"):
        weights["bias"] = (width,)
    macs = steps * width * channels * patch * patch
    y = Shape((x.dims[0], steps, width))
    return gives(y, weights=weights, macs=macs, in_channels=channels)


def _patches_init(_: Shapes, p: Params) -> str:
    bias = "" if p.flag("bias") else ", bias=False"
    size_and_step = "{patch_size}, stride={patch_size}"
    return f"nn.Conv2d({{in_channels}}, {{embedding_dim}}, {size_and_step}{bias})"


PATCH_EMBEDDING = BlockSpec(
    id="nn.patch_embedding",
    title="Patch embedding",
    family="Convolution",
    stem="patches",
    inputs=IMAGE,
    params=(
        Param(
            "patch_size",
            4,
            low=1,
            high=1024,
            title="patch",
            unit="px",
            help="Width and height of each square",
        ),
        Param(
            "embedding_dim",
            64,
            low=1,
            high=1_000_000,
            title="width",
            help="Numbers that describe one patch",
        ),
        Param("bias", True, help="Add a learned constant to each number"),
    ),
    infer=_patches,
    init=_patches_init,
    call="{self}({x}).flatten(2).transpose(1, 2)",
    summary="{patch_size} px to {embedding_dim}",
    formula="y(t) = W·patchₜ + b, patches row by row",
    help=(
        "Cuts a picture into squares and makes a vector of each with the same linear map, so that "
        "a Transformer can read it like a sentence. A convolution whose stride is its kernel does "
        "just that. Add positions behind it, or the squares are a heap."
    ),
    paper="Dosovitskiy et al. 2020: An image is worth 16×16 words; torchvision: VisionTransformer",
    synonyms=("vit", "vision transformer", "tokenise", "patchify"),
)
