"""Schedules that fall: exponentials, powers, a line, cosines that begin anew, and one cycle."""

from math import cos, log, pi, sqrt

from studio.api import Param, Params, Schedule

from .warm_up import FLOOR, WARM_UP, epochs_done, rise, share_after, warm_up_steps


def exponential_factor(step: int, steps: int, params: Params) -> float:
    """Return ``decay`` to the power of the epochs passed, in fractions."""
    rising = warm_up_steps(steps, params)
    if step < rising:
        return rise(step, rising)
    return float(params.real("decay") ** epochs_done(step, steps, params))


def polynomial_factor(step: int, steps: int, params: Params) -> float:
    """Return the share of the steps that are left to a power, and never less than the floor."""
    rising = warm_up_steps(steps, params)
    if step < rising:
        return rise(step, rising)
    floor = params.real("floor")
    left = 1.0 - share_after(step, steps, rising)
    return float(floor + (1.0 - floor) * left ** params.real("power"))


def linear_factor(step: int, steps: int, params: Params) -> float:
    """Return a line from 1 after the warm-up down to ``floor`` at the last step."""
    rising = warm_up_steps(steps, params)
    if step < rising:
        return rise(step, rising)
    return 1.0 - (1.0 - params.real("floor")) * share_after(step, steps, rising)


def inverse_power_factor(step: int, steps: int, params: Params) -> float:
    """Return 1 + β times the epochs passed, to the power of −α."""
    rising = warm_up_steps(steps, params)
    if step < rising:
        return rise(step, rising)
    grown = 1.0 + params.real("beta") * epochs_done(step, steps, params)
    return float(grown ** -params.real("alpha"))


def inverse_root_factor(step: int, steps: int, params: Params) -> float:
    """Return a line up to 1 at the end of the warm-up, then the root of its steps over these."""
    rising = max(warm_up_steps(steps, params), 1)
    return min((step + 1) / rising, sqrt(rising / (step + 1)))


def one_cycle_factor(step: int, steps: int, params: Params) -> float:
    """Return half a cosine from the first rate up to 1, and half a cosine down to the last."""
    first = 1.0 / params.real("first")
    last = first / params.real("last")
    top = params.real("rise") * steps - 1.0
    if step <= top and top > 0.0:
        return _cosine(first, 1.0, step / top)
    top = max(top, 0.0)
    return _cosine(1.0, last, min((step - top) / max(steps - 1 - top, 1.0), 1.0))


def restarts_factor(step: int, steps: int, params: Params) -> float:
    """Return half a cosine from 1 to the floor, over and over; each may last longer."""
    rising = warm_up_steps(steps, params)
    if step < rising:
        return rise(step, rising)
    epoch = epochs_done(step - rising, steps, params)
    first, growth = params.whole("first"), params.whole("growth")
    if growth == 1:
        within, length = epoch % first, float(first)
    else:
        cycle = int(log(epoch / first * (growth - 1) + 1, growth) + 1e-12)
        within = epoch - first * (growth**cycle - 1) / (growth - 1)
        length = float(first * growth**cycle)
    return _cosine(1.0, params.real("floor"), min(max(within / length, 0.0), 1.0))


def _cosine(begin: float, end: float, share: float) -> float:
    return end + (begin - end) * 0.5 * (1.0 + cos(pi * share))


EXPONENTIAL = Schedule(
    id="exponential",
    title="Exponential",
    factor=exponential_factor,
    params=(
        Param("decay", 0.95, low=0.0, high=1.0, help="What an epoch multiplies the rate with"),
        *WARM_UP,
    ),
    formula="η(t) = η · γ^epoch",
    help="The learning rate falls by the same share in every epoch, evenly from step to step",
)

POLYNOMIAL = Schedule(
    id="polynomial",
    title="Polynomial",
    factor=polynomial_factor,
    params=(
        Param("power", 2.0, low=0.0, high=10.0, help="1 is a line; more falls sooner"),
        FLOOR,
        *WARM_UP,
    ),
    formula="η(t) = η · (f + (1−f)·(1−t)^p)",
    help="The learning rate falls with a power of the steps that are left",
)

LINEAR = Schedule(
    id="linear",
    title="Linear",
    factor=linear_factor,
    params=(FLOOR, *WARM_UP),
    formula="η(t) = η · (1 − (1−f)·t)",
    help="The learning rate falls along a line; with a warm-up the usual choice for fine-tuning",
    paper="Devlin, Chang, Lee, Toutanova: BERT: Pre-training of Deep Bidirectional Transformers "
    "for Language Understanding, NAACL 2019, arXiv:1810.04805",
)

INVERSE_POWER = Schedule(
    id="inverse-power",
    title="Inverse power",
    factor=inverse_power_factor,
    params=(
        Param(
            "alpha", 0.5, title="α", low=0.0, high=10.0, help="How fast the rate falls in the end"
        ),
        Param(
            "beta", 1.0, title="β", low=0.0, high=1000.0, help="How soon it begins to, by epochs"
        ),
        *WARM_UP,
    ),
    formula="η(t) = η · (β·epoch + 1)^(−α)",
    help="The learning rate falls fast at first and ever slower, without a planned end; α = ½ is "
    "the rate that convex problems ask for",
    paper="Zhang, Lipton, Li, Smola: Dive into Deep Learning, section 12.4.2",
)

INVERSE_ROOT = Schedule(
    id="inverse-root",
    title="Inverse square root",
    factor=inverse_root_factor,
    params=(
        Param(
            "warmup",
            0.04,
            title="warm-up share",
            low=0.0,
            high=1.0,
            help="Share of the steps in which the rate first rises evenly from near 0",
        ),
        WARM_UP[1],
    ),
    formula="η(t) = η · min(t/w, √(w/t))",
    help="The schedule of the first Transformer: it rises to the learning rate in w steps of "
    "warm-up, then falls with the root of the steps. The paper's own rate is (d·w)^(−½)",
    paper="Vaswani et al.: Attention Is All You Need, NIPS 2017, arXiv:1706.03762",
)

ONE_CYCLE = Schedule(
    id="one-cycle",
    title="One cycle",
    factor=one_cycle_factor,
    params=(
        Param("rise", 0.3, low=0.0, high=1.0, help="Share of the steps in which the rate rises"),
        Param(
            "first",
            25.0,
            title="first rate 1/",
            low=1.0,
            high=1e6,
            log=True,
            help="What the learning rate is divided by at the first step",
        ),
        Param(
            "last",
            1e4,
            title="last rate 1/",
            low=1.0,
            high=1e9,
            log=True,
            help="What the first rate is divided by at the last step",
        ),
    ),
    formula="η(t): η/25 ↗ η ↘ η/250,000, each along half a cosine",
    help="The learning rate rises to a high value and falls far below the first: training in few "
    "epochs",
    paper="Smith, Topin: Super-Convergence: Very Fast Training of Neural Networks Using Large "
    "Learning Rates, 2018, arXiv:1708.07120",
)

RESTARTS = Schedule(
    id="cosine-restarts",
    title="Cosine with restarts",
    factor=restarts_factor,
    params=(
        Param("first", 10, title="first cycle", low=1, high=100_000, unit="epochs",
              help="How long the first cosine lasts"),
        Param("growth", 1, low=1, high=100, help="How many times as long each next one lasts"),
        Param("floor", 0.0, low=0.0, high=1.0, help="Share of the rate at the end of a cycle"),
        *WARM_UP,
    ),
    formula="η(t) = η · (f + (1−f) · ½(1 + cos π·t/T)), t from 0 again after T",
    help="Half a cosine after the other: every restart leaves the minimum to look for a better one",
    paper="Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR 2017, "
    "arXiv:1608.03983",
)  # fmt: skip
