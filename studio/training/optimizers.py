"""Optimisers: stochastic gradient descent, Adam and AdamW."""

from dataclasses import replace

from studio.api import Optimizer, Param

from .knobs import AMSGRAD, BETA1, BETA2, COUPLED_DECAY, decoupled_decay, rate, safety

SGD = Optimizer(
    id="sgd",
    title="SGD",
    # A mean of gradients is heavy ball's sum times 1 − μ, at every step and with Nesterov too.
    source=(
        'torch.optim.SGD({params}, lr={lr} * (1 - {momentum} * ({form} == "mean")), '
        "momentum={momentum}, weight_decay={weight_decay}, nesterov={nesterov} and {momentum} > 0)"
    ),
    params=(
        rate(0.05, high=100.0),
        Param(
            "momentum",
            0.9,
            low=0.0,
            high=0.9999,
            help="How much of the last step is kept in the next; 0 keeps nothing",
        ),
        Param(
            "form",
            "heavy ball",
            choices=("heavy ball", "mean"),
            title="momentum as",
            help="Heavy ball adds gradients up, v ← μv + g; mean averages them, v ← μv + (1−μ)g, "
            "so that a change of μ does not change how far a step goes",
        ),
        Param("nesterov", False, help="Look ahead along the momentum; needs momentum above 0"),
        COUPLED_DECAY,
    ),
    formula="g ← ∇L + λθ,  v ← μv + g,  θ ← θ − ηv",
    help="Steps along the gradient, with a memory of the last steps. Plain, and often the best "
    "once the learning rate is tuned",
    paper="Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in "
    "deep learning, ICML 2013",
)

ADAM = Optimizer(
    id="adam",
    title="Adam",
    source=(
        "torch.optim.Adam({params}, lr={lr}, betas=({beta1}, {beta2}), eps={eps}, "
        "weight_decay={weight_decay}, amsgrad={amsgrad})"
    ),
    params=(rate(0.001), BETA1, BETA2, safety(), COUPLED_DECAY, AMSGRAD),
    formula="m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − η·m̂ / (√v̂ + ε)",
    help="Gives every weight its own step length from the recent size of its gradient. Learns "
    "well with hardly any tuning",
    paper="Kingma, Ba: Adam: A Method for Stochastic Optimization, ICLR 2015, arXiv:1412.6980",
)

ADAMW = Optimizer(
    id="adamw",
    title="AdamW",
    source=(
        "torch.optim.AdamW({params}, lr={lr}, betas=({beta1}, {beta2}), eps={eps}, "
        "weight_decay={weight_decay}, amsgrad={amsgrad})"
    ),
    params=(rate(0.001), BETA1, BETA2, safety(), decoupled_decay(0.01), AMSGRAD),
    formula="m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← (1−ηλ)θ − η·m̂ / (√v̂ + ε)",
    help="Adam with weight decay kept apart from the gradient. The usual choice for attention",
    paper="Loshchilov, Hutter: Decoupled Weight Decay Regularization, ICLR 2019, arXiv:1711.05101",
)

ADAMW_LLAMA = replace(
    ADAMW,
    id="adamw-llama",
    title="AdamW, as for LLaMA",
    params=(
        rate(0.0003),
        BETA1,
        replace(BETA2, default=0.95),
        safety(),
        decoupled_decay(0.1),
        AMSGRAD,
    ),
    help="AdamW as large language models are trained: a shorter memory of squared gradients and "
    "more weight decay. Goes with a cosine schedule, 2,000 steps of warm-up, a floor of 0.1 and "
    "gradients clipped at norm 1",
    paper="Touvron et al.: LLaMA: Open and Efficient Foundation Language Models, 2023, "
    "arXiv:2302.13971",
)
