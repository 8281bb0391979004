"""Settings of a training: of the run, of how it is computed, of one objective, of the split."""

from .params import Param

RUN: tuple[Param, ...] = (
    Param(
        "epochs", 20, low=1, high=100_000, help="How often the network sees every training sample"
    ),
    Param(
        "batch_size",
        64,
        low=0,
        high=1_000_000,
        unit="samples",
        zero="all",
        help="Samples per step of the optimiser: 1 for stochastic gradient descent in the narrow "
        "sense, 0 for the whole training part",
    ),
    Param("seed", 0, low=0, high=2**31 - 1, help="Fixes data order, first weights and dropout"),
    Param(
        "device",
        "auto",
        choices=("auto", "cuda", "mps", "cpu"),
        help="Where to train; auto takes the fastest",
    ),
    Param(
        "early_stopping",
        0,
        low=0,
        high=10_000,
        unit="epochs",
        zero="never",
        help="Stop after this many epochs without a better validation loss; 0 never stops early",
    ),
    Param("restore_best", True, help="End with the weights of the best validation loss"),
    Param(
        "ema",
        0.0,
        low=0.0,
        high=0.99999,
        zero="off",
        title="average weights",
        help="Judge and keep the exponential mean of the weights, of which this much stays from "
        "step to step, such as 0.999; 0 takes the weights as they are",
    ),
)
"""What a run does."""

COMPUTING: tuple[Param, ...] = (
    Param(
        "accumulate",
        1,
        low=1,
        high=100_000,
        unit="pieces",
        title="compute a batch in",
        help="Compute each batch piece by piece and add up the gradients: the same step with less "
        "memory. BatchNorm sees the pieces",
    ),
    Param(
        "precision",
        "float32",
        choices=("float32", "bfloat16", "float16"),
        help="Numbers of matrix products and convolutions; weights and losses stay 32-bit floats, "
        "and float16 has its loss scaled so that small gradients do not vanish",
    ),
    Param(
        "recompute",
        False,
        title="recompute layers",
        help="Repeated composites compute their values again going backward instead of keeping "
        "them: less memory for about a third more time. Layers with BatchNorm keep theirs",
    ),
    Param(
        "speed",
        "steady",
        choices=("steady", "fastest"),
        help="Steady gives the same losses to the last bit wherever it is trained on such a "
        "device. Fastest tries threads and memory layouts in the first moments, keeps what is "
        "fastest on this machine, writes it into the record and says what it gained",
    ),
    Param(
        "compile",
        False,
        help="Send the network through torch's compiler first: up to a minute before the first "
        "step, worth it for long runs of many small blocks. Where it cannot be compiled, the run "
        "says why and goes on without",
    ),
)
"""How a step is computed: none of it changes what is learned, but precision a little."""

KEEPING: tuple[Param, ...] = (
    Param(
        "checkpoint_secs",
        60,
        low=0,
        high=86_400,
        unit="s",
        zero="never",
        title="checkpoint every",
        help="Write all that is needed to go on exactly, this often and at the end; 0 never does",
    ),
    Param(
        "checkpoints_kept",
        2,
        low=1,
        high=10_000,
        title="checkpoints kept",
        help="How many stay; those you ask for yourself all stay",
    ),
)
"""What is kept while a run goes on."""

TRAINING: tuple[Param, ...] = (*RUN, *COMPUTING, *KEEPING)
"""The settings of a training run that hold for all its objectives."""

TURNS: tuple[Param, ...] = (
    Param(
        "turns",
        1,
        low=1,
        high=1000,
        title="turns a step",
        help="How often it learns from each batch, such as five times for the critic of a "
        "Wasserstein GAN; noise is drawn anew every time",
    ),
    Param(
        "every",
        1,
        low=1,
        high=100_000,
        unit="steps",
        title="learns every",
        help="At 5 it learns from every fifth batch and rests meanwhile, as a generator may whose "
        "critic learns from all of them",
    ),
    Param(
        "joint",
        False,
        title="share the pass before",
        help="Use the values that were computed for the objective before, in its turn: less work, "
        "but what that one has just learnt is not seen yet. The two must update different blocks",
    ),
)
"""When an objective among several has its turns."""

OBJECTIVE: tuple[Param, ...] = (
    Param(
        "clip_norm",
        0.0,
        low=0.0,
        zero="never",
        title="clip gradient norm",
        help="Scale the gradient down when its norm is larger; 0 never does",
    ),
    Param(
        "clip_value",
        0.0,
        low=0.0,
        zero="never",
        title="clip gradient value",
        help="Cut every number of the gradient off at ± this, before its norm is looked at; 0 "
        "never does",
    ),
    Param(
        "decay_all",
        True,
        title="decay biases and norms",
        help="Whether the optimiser's weight decay takes in biases and the scales of "
        "normalisation; off, it keeps to matrices and kernels",
    ),
    Param(
        "l1",
        0.0,
        low=0.0,
        title="L1 penalty",
        help="Adds λ·Σ|w| to what is minimised, which makes weights exactly 0. It counts matrices "
        "and kernels but no biases and norms, and is no part of the loss that is shown",
    ),
    Param(
        "l2",
        0.0,
        low=0.0,
        title="L2 penalty",
        help="Adds λ·Σw² to what is minimised, which keeps weights small. It counts matrices and "
        "kernels but no biases and norms, and is no part of the loss that is shown",
    ),
    Param(
        "max_norm",
        0.0,
        low=0.0,
        title="max-norm",
        help="After every step, scale the weights into a unit down to this norm where theirs is "
        "larger; 0 never does",
    ),
    *TURNS,
)
"""The settings of one objective beside its optimiser and schedule."""

SPLIT: tuple[Param, ...] = (
    Param(
        "validation",
        0.15,
        low=0.0,
        high=0.9,
        title="validation share",
        help="Held out to watch the training",
    ),
    Param("test", 0.15, low=0.0, high=0.9, title="test share", help="Held out until the end"),
    Param(
        "seed",
        0,
        low=0,
        high=2**31 - 1,
        title="split seed",
        help="Fixes which samples are held out",
    ),
    Param("stratified", True, help="Keep the classes in proportion in every part"),
    Param(
        "lock_test",
        False,
        title="lock the test part",
        help="Runs do not look at it; you do once, on the Data page, when all is chosen",
    ),
    Param(
        "method",
        "random",
        choices=("random", "by groups", "by time", "k-fold"),
        title="divide",
        help="By groups keeps samples of one group, such as a patient, in one part; by time tests "
        "on the latest; k-fold holds out one of several equal parts for validation",
    ),
    Param(
        "by",
        "",
        title="group or time",
        help="The column that names the group, or the time; it need not be read by the network",
    ),
    Param("folds", 5, low=2, high=100, help="Equal parts of what is not for the test"),
    Param(
        "fold", 1, low=1, high=100, help="Which of them validates; train once with each to compare"
    ),
)
"""How samples are divided."""
