"""What is declared of the optimiser; its class stands in ``lion.py``, for the engine alone."""

from studio.api import Optimizer, Param

LION = Optimizer(
    id="lion.lion",
    title="Lion",
    source="Lion({params}, lr={lr}, betas=({beta1}, {beta2}), weight_decay={weight_decay})",
    needs=(f"{__package__}.lion:Lion",),
    params=(
        Param(
            "lr",
            1e-4,
            title="learning rate",
            low=0.0,
            high=10.0,
            log=True,
            help="The length of every step of every weight: three to ten times less than Adam's",
        ),
        Param(
            "beta1",
            0.9,
            title="β₁",
            low=0.0,
            high=0.99999,
            help="How much of the mean, and not of the new gradient, decides about the sign",
        ),
        Param(
            "beta2",
            0.99,
            title="β₂",
            low=0.0,
            high=0.99999,
            help="How much of the mean is kept from step to step",
        ),
        Param(
            "weight_decay",
            0.0,
            title="weight decay",
            low=0.0,
            high=10.0,
            log=True,
            help="Share of the weights taken off at each step, times the rate; three to ten times "
            "more than AdamW's",
        ),
    ),
    formula="c = β₁m + (1−β₁)g,  θ ← θ − η·(sign c + λθ),  m ← β₂m + (1−β₂)g",
    help="Every weight takes a step of one length, up or down. One mean a weight is kept, where "
    "Adam keeps two",
    paper="Chen et al.: Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, "
    "arXiv:2302.06675",
)
