"""Losses in which one network judges or teaches another."""

from studio.api import BlockSpec, Inferred, Metric, Param, Params, Port, ShapeError, Shapes

from ._forms import LOSS, SCALAR


def _distillation(shapes: Shapes, p: Params) -> Inferred:
    scores, teacher = shapes["scores"], shapes["teacher"]
    if p.real("temperature") == 0:
        raise ShapeError("expected a temperature above 0, received 0")
    if scores.dims != teacher.dims:
        raise ShapeError(f"expected {scores} as scores, received {teacher}", "teacher")
    return SCALAR


def _distillation_call(shapes: Shapes, p: Params) -> str:
    plain = p.real("temperature") == 1
    rows = ".flatten(0, -2)" if shapes["scores"].rank > 2 else ""
    by = "" if plain else " / {temperature}"

    def logs(value: str) -> str:
        given = f"{value}{rows}{by}"
        return f"({given}).log_softmax(-1)" if by else f"{given}.log_softmax(-1)"

    taught, taken = logs("{teacher}.detach()"), logs("{scores}")
    text = f'F.kl_div({taken}, {taught}, reduction="batchmean", log_target=True)'
    return text if plain else f"{{temperature}} ** 2 * {text}"


def _judged(shapes: Shapes, _: Params) -> Inferred:
    if shapes["scores"].rank < 1:
        raise ShapeError(f"expected scores of samples, received {shapes['scores']}", "scores")
    return SCALAR


def _judged_call(_: Shapes, p: Params) -> str:
    real = p.text("wanted") == "real"
    if p.text("form") == "least squares":
        return f"({{scores}}{' - 1' if real else ''}).square().mean()"
    return f"F.softplus({'-' if real else ''}{{scores}}).mean()"


def _judged_right(_: Shapes, p: Params) -> str:
    middle = 0.5 if p.text("form") == "least squares" else 0
    sign = ">" if p.text("wanted") == "real" else "<"
    return f"({{scores}} {sign} {middle}).float().mean()"


DISTILLATION = BlockSpec(
    id="loss.distillation",
    title="Distillation",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("scores", "float", (2, 3), help="The pupil's scores for each class"),
        Port("teacher", "float", (2, 3), help="Those of the teacher, which learns nothing here"),
    ),
    outputs=LOSS,
    params=(
        Param(
            "temperature",
            4.0,
            low=0.0,
            high=1000.0,
            help="Above 1 it shows more of which wrong classes the teacher finds alike",
        ),
    ),
    infer=_distillation,
    call=_distillation_call,
    metrics=(
        Metric(
            "agreement", "({scores}.argmax(-1) == {teacher}.argmax(-1)).float().mean()", unit="%"
        ),
    ),
    summary="T {temperature}",
    formula="L = T²·KL(softmax(t/T) ‖ softmax(s/T)), mean over the batch",
    help=(
        "A small network learns from the answers of a large one, whose wrong classes tell which "
        "ones are alike. T² keeps the gradients as large as at temperature 1, so that it can stand "
        "beside Cross-entropy with the right classes. Freeze the teacher."
    ),
    paper="Hinton, Vinyals, Dean 2015: Distilling the knowledge in a neural network",
    synonyms=("knowledge distillation", "teacher", "student", "soft targets", "temperature"),
)

GAN = BlockSpec(
    id="loss.gan",
    title="Adversarial",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(Port("scores", "float", help="What the discriminator says of samples, unbounded"),),
    outputs=LOSS,
    params=(
        Param("wanted", "real", choices=("real", "fake"), help="What it should take them for"),
        Param(
            "form",
            "cross-entropy",
            choices=("cross-entropy", "least squares"),
            help="Least squares keeps its gradient where the discriminator is sure",
        ),
    ),
    infer=_judged,
    call=_judged_call,
    metrics=(Metric("taken as wanted", _judged_right, unit="%"),),
    summary="{wanted}, {form}",
    formula="L = mean of −log σ(s) for real, −log(1 − σ(s)) for fake; (s − 1)² and s²",
    help=(
        "A discriminator has one for real samples and one for fakes; the generator has one that "
        "wants its fakes taken for real, in an objective of its own that updates the generator "
        "alone. Least squares is steadier and gives no probabilities."
    ),
    paper="Goodfellow et al. 2014: Generative adversarial nets; Mao et al. 2016: Least squares GAN",
    synonyms=("gan", "lsgan", "discriminator", "generator", "bce", "cyclegan", "pix2pix"),
)
