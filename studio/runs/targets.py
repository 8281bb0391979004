"""TargetFacts: what the training part says of a target, against which a first loss is held."""

from .spec import Struct


class TargetFacts(Struct, frozen=True, kw_only=True):
    """Of one target column, as the losses see it: classes counted, values with their spread."""

    column: str
    classes: int = 0
    """How many classes there may be; 0 for real numbers."""
    entropy: float = 0.0
    """Of the classes' shares, in nats: the loss of always answering with them."""
    counts: tuple[int, ...] = ()
    """Training samples of each class, where every sample has one of not more than 1000. Of
    more than a million samples some are counted, evenly."""
    variance: float = 0.0
    """The squared error of always saying the mean, averaged over the features."""
