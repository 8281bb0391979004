"""Codes inside a network, and where gradients go: autoencoders and adversaries."""

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    Port,
    Shape,
    ShapeError,
    Shapes,
    count,
    expect_float,
    gives,
)

from ._forms import expect_features, same_shape


def _sample(shapes: Shapes, _: Params) -> Inferred:
    mean, spread = shapes["mean"], shapes["log_var"]
    expect_float(mean)
    if mean.dims != spread.dims:
        raise ShapeError(f"expected a variance for each mean of {mean}, received {spread}")
    return gives(mean)


def _sample_call(_: Shapes, p: Params) -> str:
    drawn = "{mean} + (0.5 * {log_var}).exp() * torch.randn_like({mean})"
    return drawn if p.text("noise") == "always" else f"{drawn} if self.training else {{mean}}"


def _noise(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    if x.rank < 1:
        raise ShapeError("expected something with a value for each sample, received one number")
    return gives(Shape((x.dims[0], p.whole("features"))))


def _quantize(shapes: Shapes, p: Params) -> Inferred:
    x, codes = shapes["x"], p.whole("codes")
    width = expect_features(x)
    return Inferred(
        {"y": x, "loss": Shape(()), "code": Shape(x.dims[:-1], "int", codes)},
        {"features": width},
        {"codebook": (codes, width)},
        count(x.dims[1:-1]) * codes * width,
    )


REPARAMETERISE = BlockSpec(
    id="nn.reparameterise",
    title="Reparameterise",
    family="Latent",
    stem="z",
    inputs=(
        Port("mean", "float", help="Centre of each sample's code"),
        Port("log_var", "float", help="Logarithm of its variance"),
    ),
    params=(
        Param(
            "noise",
            "always",
            choices=("always", "training"),
            help="Draw always, as the bound demands, or only in training and else give the mean",
        ),
    ),
    infer=_sample,
    call=_sample_call,
    formula="z = μ + σ·ε, σ = e^(½·log σ²), ε ∼ N(0, 1)",
    help=(
        "Draws a code from the normal distribution that the encoder describes, written so that "
        "the gradient passes through to mean and variance. The heart of a variational "
        "autoencoder; put Gaussian KL beside it as the second loss."
    ),
    paper="Kingma, Welling 2013: Auto-encoding variational Bayes",
    synonyms=("vae", "sample", "latent", "variational autoencoder", "reparameterize"),
)

NOISE = BlockSpec(
    id="nn.noise",
    title="Noise",
    family="Latent",
    stem="noise",
    inputs=(Port("x", None, help="As many samples as this has; its values are not looked at"),),
    params=(
        Param("features", 32, low=1, high=1_000_000, help="Random numbers for each sample"),
        Param(
            "held",
            True,
            title="same when judged",
            help="Draw the same noise whenever the network is judged or looked at, so that "
            "pictures can be compared; in training it is drawn anew every time",
        ),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes the noise that is held"),
    ),
    infer=_noise,
    init="Noise({features}, seed={seed}, held={held})",
    needs=("studio.engine.nn.latent:Noise",),
    summary="{features}",
    formula="z ∼ N(0, 1)",
    help=(
        "Where a generator begins: random numbers that depend on no data. Wire any input to it, "
        "which says how many samples are wanted. Behind it stands the generator of a GAN, or the "
        "decoder of a variational autoencoder that shares the weights of the one that learns."
    ),
    paper="Goodfellow et al. 2014: Generative adversarial nets; PyTorch: torch.randn",
    synonyms=("random", "normal", "gaussian", "prior", "latent", "z", "randn", "sample"),
)

VECTOR_QUANTIZE = BlockSpec(
    id="nn.vector_quantize",
    title="Vector-Quantise",
    family="Latent",
    stem="vq",
    outputs=(
        Port("y", help="The nearest code's vector"),
        Port("loss", "float", (0,), help="Pulls codes and vectors together"),
        Port("code", "int", help="The number of the nearest code"),
    ),
    params=(
        Param("codes", 64, low=1, high=1_000_000, help="Vectors in the codebook"),
        Param(
            "beta",
            0.25,
            low=0.0,
            high=100.0,
            title="commitment",
            help="How strongly vectors are pulled to their codes",
        ),
    ),
    infer=_quantize,
    init="VectorQuantizer({codes}, {features}, beta={beta})",
    call="{y}, {loss}, {code} = {self}({x})",
    needs=("studio.engine.nn.latent:VectorQuantizer",),
    summary="{codes}",
    formula="y = e_k, k = argminⱼ ‖x − eⱼ‖; loss = ‖sg(x) − e_k‖² + β·‖x − sg(e_k)‖²",
    help=(
        "Replaces every vector along the last axis by the nearest of a learned codebook. The "
        "gradient jumps over that step unchanged; the second output, as a Loss term, makes the "
        "codes learn. Of an image bring the channels last with Permute."
    ),
    paper="van den Oord, Vinyals, Kavukcuoglu 2017: Neural discrete representation learning",
    synonyms=("vq-vae", "vq", "codebook", "straight-through", "discrete", "quantize"),
)

STOP_GRADIENT = BlockSpec(
    id="nn.stop_gradient",
    title="Stop-gradient",
    family="Latent",
    stem="stopped",
    infer=same_shape,
    call="{x}.detach()",
    formula="y = x, ∂y/∂x = 0",
    help=(
        "Lets values through and gradients not: what stands before it learns nothing from what "
        "comes behind. Used for targets that a network computes itself, and to freeze a branch."
    ),
    paper="Chen, He 2020: Exploring simple siamese learning; PyTorch: torch.Tensor.detach",
    synonyms=("detach", "freeze", "sg", "no gradient"),
)

GRADIENT_REVERSAL = BlockSpec(
    id="nn.gradient_reversal",
    title="Gradient reversal",
    family="Latent",
    stem="reversed",
    params=(Param("scale", 1.0, low=0.0, high=1000.0, help="Strength of the turned gradient"),),
    infer=same_shape,
    call="{x}.detach() - {scale} * ({x} - {x}.detach())",
    summary="{scale}",
    formula="y = x, ∂y/∂x = −λ",
    help=(
        "Lets values through and turns gradients round: what comes behind learns a task, what "
        "stands before learns to make it impossible. So features lose what must not be in them, "
        "such as the camera a picture came from."
    ),
    paper="Ganin, Lempitsky 2014: Unsupervised domain adaptation by backpropagation",
    synonyms=("adversarial", "domain adaptation", "dann", "grl"),
)
