"""Pooling along the steps of a sequence."""

from studio.api import BlockSpec, Param

from ._forms import SEQUENCE
from ._pools import adaptive_call, adaptive_rule, pool_call, pool_rule, window

MAX_POOL1D = BlockSpec(
    id="nn.max_pool1d",
    title="MaxPool1d",
    family="Pooling",
    stem="pool",
    inputs=SEQUENCE,
    params=window(1, "steps"),
    infer=pool_rule(1),
    call=pool_call("F.max_pool1d"),
    summary="{kernel_size}",
    formula="y_c(t) = max over the window of x_c",
    help=(
        "Keeps the largest value of each window of steps, so that a series gets shorter and small "
        "shifts change nothing. Channels come before the steps, as behind Conv1d."
    ),
    paper="Collobert et al. 2011: NLP almost from scratch; PyTorch: F.max_pool1d",
    synonyms=("max pooling", "subsampling", "downsample", "temporal pooling"),
)

AVG_POOL1D = BlockSpec(
    id="nn.avg_pool1d",
    title="AvgPool1d",
    family="Pooling",
    stem="pool",
    inputs=SEQUENCE,
    params=window(1, "steps"),
    infer=pool_rule(1),
    call=pool_call("F.avg_pool1d"),
    summary="{kernel_size}",
    formula="y_c(t) = mean over the window of x_c",
    help=(
        "Keeps the mean of each window of steps, which smooths a series and makes it shorter. "
        "Channels come before the steps, as behind Conv1d."
    ),
    paper="PyTorch: torch.nn.functional.avg_pool1d",
    synonyms=("average pooling", "moving average", "smooth", "downsample"),
)

ADAPTIVE_AVG_POOL1D = BlockSpec(
    id="nn.adaptive_avg_pool1d",
    title="AdaptiveAvgPool1d",
    family="Pooling",
    stem="pool",
    inputs=SEQUENCE,
    params=(
        Param(
            "output_size",
            (1,),
            length=1,
            low=1,
            high=65_536,
            title="size",
            unit="steps",
            help="Steps of what comes out, however many came in",
        ),
    ),
    infer=adaptive_rule(1),
    call=adaptive_call("F.adaptive_avg_pool1d"),
    summary="{output_size}",
    formula="y_c(t) = mean over steps ⌊t·T/n⌋ … ⌈(t+1)·T/n⌉",
    help=(
        "Means over as many windows as the result shall have, however long the series is. "
        "Channels come before the steps, as behind Conv1d."
    ),
    paper="PyTorch: torch.nn.functional.adaptive_avg_pool1d",
    synonyms=("adaptive pooling", "resample", "average pooling"),
)
