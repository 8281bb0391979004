"""Optimisers that give every weight a step length of its own, beside Adam and AdamW."""

from studio.api import Optimizer, Param

from .knobs import BETA1, BETA2, COUPLED_DECAY, decoupled_decay, rate, safety

ADAGRAD = Optimizer(
    id="adagrad",
    title="AdaGrad",
    source=(
        "torch.optim.Adagrad({params}, lr={lr}, lr_decay={lr_decay}, eps={eps}, "
        "weight_decay={weight_decay}, initial_accumulator_value={begin})"
    ),
    params=(
        rate(0.01),
        Param(
            "lr_decay",
            0.0,
            low=0.0,
            high=1.0,
            log=True,
            title="rate decay",
            help="The rate is divided by 1 + steps so far · this",
        ),
        Param(
            "begin", 0.0, low=0.0, high=10.0, title="first sum", help="What the sums of g² begin at"
        ),
        safety(1e-10),
        COUPLED_DECAY,
    ),
    formula="s ← s + g²,  θ ← θ − η·g / (√s + ε)",
    help="Weights that seldom have a gradient take longer steps. Steps only ever become shorter",
    paper="Duchi, Hazan, Singer: Adaptive Subgradient Methods for Online Learning and Stochastic "
    "Optimization, JMLR 2011",
)

RMSPROP = Optimizer(
    id="rmsprop",
    title="RMSProp",
    source=(
        "torch.optim.RMSprop({params}, lr={lr}, alpha={alpha}, eps={eps}, momentum={momentum}, "
        "centered={centered}, weight_decay={weight_decay})"
    ),
    params=(
        rate(0.001),
        Param(
            "alpha",
            0.99,
            title="γ",
            low=0.0,
            high=0.99999,
            help="How much of the mean squared gradient is kept from step to step",
        ),
        Param(
            "momentum",
            0.0,
            low=0.0,
            high=0.9999,
            help="How much of the last step is kept in the next; 0 keeps nothing",
        ),
        Param("centered", False, help="Divide by the spread of the gradient, not by its size"),
        safety(),
        COUPLED_DECAY,
    ),
    formula="s ← γs + (1−γ)g²,  θ ← θ − η·g / (√s + ε)",
    help="AdaGrad that forgets: step lengths follow the recent size of the gradient",
    paper="Tieleman, Hinton: Lecture 6.5, rmsprop: Divide the gradient by a running average of its "
    "recent magnitude, Coursera 2012",
)

ADADELTA = Optimizer(
    id="adadelta",
    title="Adadelta",
    source=(
        "torch.optim.Adadelta({params}, lr={lr}, rho={rho}, eps={eps}, weight_decay={weight_decay})"
    ),
    params=(
        rate(1.0, high=100.0),
        Param(
            "rho",
            0.9,
            title="ρ",
            low=0.0,
            high=0.99999,
            help="How much of the mean squares is kept from step to step",
        ),
        safety(1e-6),
        COUPLED_DECAY,
    ),
    formula="s ← ρs + (1−ρ)g²,  d = g·√(u + ε) / √(s + ε),  u ← ρu + (1−ρ)d²,  θ ← θ − ηd",
    help="The step length follows the recent steps themselves; a learning rate of 1 fits mostly",
    paper="Zeiler: ADADELTA: An Adaptive Learning Rate Method, 2012, arXiv:1212.5701",
)

ADAMAX = Optimizer(
    id="adamax",
    title="Adamax",
    source=(
        "torch.optim.Adamax({params}, lr={lr}, betas=({beta1}, {beta2}), eps={eps}, "
        "weight_decay={weight_decay})"
    ),
    params=(rate(0.002), BETA1, BETA2, safety(), COUPLED_DECAY),
    formula="m ← β₁m + (1−β₁)g,  u ← max(β₂u, |g| + ε),  θ ← θ − η / (1−β₁ᵗ) · m / u",
    help="Adam with the largest recent gradient in place of the mean square",
    paper="Kingma, Ba: Adam: A Method for Stochastic Optimization, ICLR 2015, arXiv:1412.6980",
)

NADAM = Optimizer(
    id="nadam",
    title="NAdam",
    source=(
        "torch.optim.NAdam({params}, lr={lr}, betas=({beta1}, {beta2}), eps={eps}, "
        "weight_decay={weight_decay}, momentum_decay={momentum_decay}, "
        "decoupled_weight_decay=True)"
    ),
    params=(
        rate(0.002),
        BETA1,
        BETA2,
        safety(),
        decoupled_decay(0.0),
        Param(
            "momentum_decay",
            0.004,
            title="ψ",
            low=0.0,
            high=1.0,
            help="How fast the momentum grows to β₁ over the steps",
        ),
    ),
    formula="μₜ = β₁(1 − ½·0.96^(ψt)),  "
    "θ ← θ − η·(μₜ₊₁·m / (1−Πμᵢ₊₁) + (1−μₜ)·g / (1−Πμᵢ)) / (√v̂ + ε)",
    help="Adam that looks ahead along its momentum, as Nesterov does",
    paper="Dozat: Incorporating Nesterov Momentum into Adam, ICLR Workshop 2016",
)

RADAM = Optimizer(
    id="radam",
    title="RAdam",
    source=(
        "torch.optim.RAdam({params}, lr={lr}, betas=({beta1}, {beta2}), eps={eps}, "
        "weight_decay={weight_decay}, decoupled_weight_decay=True)"
    ),
    params=(rate(0.001), BETA1, BETA2, safety(), decoupled_decay(0.0)),
    formula="ρₜ = ρ∞ − 2tβ₂ᵗ/(1−β₂ᵗ);  ρₜ > 5: θ ← θ − η·rₜ·m̂ / (√v̂ + ε),  else θ ← θ − η·m̂",
    help="Adam that waits with step lengths of their own until enough gradients are seen, so that "
    "it needs no warm-up",
    paper="Liu et al.: On the Variance of the Adaptive Learning Rate and Beyond, ICLR 2020, "
    "arXiv:1908.03265",
)

ADAFACTOR = Optimizer(
    id="adafactor",
    title="Adafactor",
    source=(
        "torch.optim.Adafactor({params}, lr={lr}, beta2_decay={beta2_decay}, "
        "eps=(None, {eps}), d={clip}, weight_decay={weight_decay})"
    ),
    params=(
        rate(0.01),
        Param(
            "beta2_decay",
            -0.8,
            title="decay of β₂",
            low=-1.0,
            high=0.0,
            help="β₂ of step t is 1 − t to this power: the memory becomes longer",
        ),
        Param(
            "eps",
            1e-3,
            title="smallest scale",
            low=1e-16,
            high=1.0,
            log=True,
            help="Steps are relative to the size of the weights; to this for smaller ones",
        ),
        Param("clip", 1.0, low=1.0, high=100.0, help="The largest mean square of an update"),
        decoupled_decay(0.0),
    ),
    formula="R ← β₂R + (1−β₂)·mean g² of rows,  C so of columns,  v = RC / mean R,  "
    "θ ← θ − η·max(ε, rms θ)·g/√v",
    help="Keeps the mean squares of rows and columns instead of every weight: hardly any memory "
    "beside the weights. The rate is relative to the size of the weights",
    paper="Shazeer, Stern: Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, "
    "ICML 2018, arXiv:1804.04235",
)
