"""Optimisers: stochastic gradient descent, Adam and AdamW."""

from studio.api import Optimizer, Param

_LR = Param(
    "lr",
    0.001,
    title="learning rate",
    low=0.0,
    high=10.0,
    log=True,
    help="Length of a step; the schedule multiplies it",
)
_BETA1 = Param(
    "beta1",
    0.9,
    title="β₁",
    low=0.0,
    high=0.9999,
    help="How much of the mean gradient is kept from step to step",
)
_BETA2 = Param(
    "beta2",
    0.999,
    title="β₂",
    low=0.0,
    high=0.99999,
    help="How much of the mean squared gradient is kept from step to step",
)
_EPS = Param(
    "eps",
    1e-8,
    title="ε",
    low=1e-16,
    high=1.0,
    log=True,
    help="Keeps the division safe where gradients vanish",
)

SGD = Optimizer(
    id="sgd",
    title="SGD",
    source=(
        "torch.optim.SGD({params}, lr={lr}, momentum={momentum}, "
        "weight_decay={weight_decay}, nesterov={nesterov} and {momentum} > 0)"
    ),
    params=(
        Param(
            "lr",
            0.05,
            title="learning rate",
            low=0.0,
            high=100.0,
            log=True,
            help="Length of a step; the schedule multiplies it",
        ),
        Param(
            "momentum",
            0.9,
            low=0.0,
            high=0.9999,
            help="How much of the last step is kept in the next; 0 keeps nothing",
        ),
        Param("nesterov", False, help="Look ahead along the momentum; needs momentum above 0"),
        Param(
            "weight_decay",
            0.0,
            low=0.0,
            high=10.0,
            log=True,
            help="Pulls weights towards 0, as a part of the gradient",
        ),
    ),
    formula="v ← μv + ∇L + λθ,  θ ← θ − ηv",
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
        "weight_decay={weight_decay})"
    ),
    params=(
        _LR,
        _BETA1,
        _BETA2,
        _EPS,
        Param(
            "weight_decay",
            0.0,
            low=0.0,
            high=10.0,
            log=True,
            help="Pulls weights towards 0, as a part of the gradient",
        ),
    ),
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
        "weight_decay={weight_decay})"
    ),
    params=(
        _LR,
        _BETA1,
        _BETA2,
        _EPS,
        Param(
            "weight_decay",
            0.01,
            low=0.0,
            high=10.0,
            log=True,
            help="Shrinks weights at every step, apart from the gradient",
        ),
    ),
    formula="m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← (1−ηλ)θ − η·m̂ / (√v̂ + ε)",
    help="Adam with weight decay kept apart from the gradient. The usual choice for attention",
    paper="Loshchilov, Hutter: Decoupled Weight Decay Regularization, ICLR 2019, arXiv:1711.05101",
)
