"""Experiments of the gallery as specimens: most are to be left alone, some are meant to fail."""

from functools import partial

from studio.app.gallery import find_experiment
from studio.core.experiment import Experiment
from studio.core.fileio import open_file

from .networks import Specimen

LEARNS = (
    "logistic", "wine-mlp", "spirals-mlp", "softmax-fashion", "curve-right", "quartet-relu",
    "quartet-residual", "quartet-batchnorm", "lenet-digits", "lenet-fashion", "recall-lstm",
    "recall-attention", "forecast-gru", "syllables-lstm", "autoencoder-digits", "vae-digits",
)  # fmt: skip

MEANT_TO_FAIL = {
    "quartet-sigmoid": "gradients.vanishing",
    "recall-rnn": "learning.none",
    "curve-small": "fitting.under",
    "curve-large": "fitting.over",
}


def exhibit(name: str) -> Experiment:
    """Return an experiment of the gallery."""
    return open_file(find_experiment(name))


GALLERY = (
    *(Specimen(name, partial(exhibit, name)) for name in LEARNS),
    *(Specimen(name, partial(exhibit, name), wrong) for name, wrong in MEANT_TO_FAIL.items()),
)
