"""All specimens; a name says what is done, or done wrong."""

from functools import partial

from studio.core.experiment import Choice

from .networks import (
    FLAT,
    SGD,
    Specimen,
    clouds,
    conv,
    dense,
    diabetes,
    digits,
    pushed,
    recall,
    spirals,
    wave,
    wide_start,
)

EMBEDDED = ("nn.embedding", {"embedding_dim": 16})
LAST = {"hidden_size": 24, "output": "last"}
FEW = {"samples": 120, "wrong": 0.3}
SMALL = Choice("adam", {"lr": 1e-6})

HEALTHY = (
    Specimen("MLP with Adam", partial(digits, *FLAT, *dense(64))),
    Specimen("MLP with SGD 0.1", partial(digits, *FLAT, *dense(64), optimizer=SGD)),
    Specimen("MLP with tanh", partial(digits, *FLAT, *dense(64, "nn.tanh"))),
    Specimen(
        "BatchNorm and dropout",
        partial(
            digits, *FLAT, ("nn.linear", {"out_features": 64}), "nn.batch_norm1d", "nn.relu",
            ("nn.dropout", {"p": 0.3}),
        ),
    ),
    Specimen("eight layers of ReLU", partial(digits, *FLAT, *dense(64, layers=7))),
    Specimen("regression", partial(wave, *dense(64), epochs=30)),
    Specimen("LSTM on recall", partial(recall, EMBEDDED, ("nn.lstm", LAST),
                                       optimizer=Choice("adam", {"lr": 3e-3}))),
    Specimen("CNN", partial(digits, *conv(16), *FLAT), held_out=True),
    Specimen("clouds", partial(clouds, *dense(32)), held_out=True),
    Specimen("clouds, linear", partial(clouds, optimizer=SGD), held_out=True),
    Specimen("GRU on recall", partial(recall, EMBEDDED, ("nn.gru", LAST),
                                      optimizer=Choice("adam", {"lr": 3e-3})), held_out=True),
    Specimen(
        "attention on recall",
        partial(
            recall, EMBEDDED, "nn.learned_position", ("nn.self_attention", {"num_heads": 2}),
            ("nn.sequence_pool", {"mode": "mean"}), optimizer=Choice("adam", {"lr": 3e-3}),
        ),
        held_out=True,
    ),
    Specimen("regression with SGD", partial(wave, *dense(32, "nn.tanh"), optimizer=SGD, epochs=30),
             held_out=True),
    Specimen("GELU and layer norm", partial(
        digits, *FLAT, *(("nn.linear", {"out_features": 64}), "nn.layer_norm", "nn.gelu") * 3,
    ), held_out=True),
    Specimen("diabetes, linear", partial(diabetes), held_out=True),
    Specimen("sixteen images at a time", partial(digits, *FLAT, *dense(32), batch_size=16, epochs=8,
                                             optimizer=Choice("adamw", {"lr": 1e-3})),
             held_out=True),
)  # fmt: skip

BROKEN = (
    Specimen("twelve layers of sigmoid", partial(digits, *FLAT, *dense(32, "nn.sigmoid", 12)),
             "gradients.vanishing", "Swap Sigmoid for ReLU"),
    Specimen("first weights too large", partial(
        digits, *FLAT, *dense(64, layers=2), weights=wide_start(3, 1.0)),
        "start.loss", "Take the usual first weights"),
    Specimen("SGD at 5", partial(digits, *FLAT, *dense(64, layers=2),
                                 optimizer=Choice("sgd", {"lr": 5.0, "momentum": 0.0})),
             "rate.too-high", "Lower the rate"),
    Specimen("Adam at 0.3", partial(digits, *FLAT, *dense(64, layers=3),
                                    optimizer=Choice("adam", {"lr": 0.3})),
             "rate.too-high", "Lower the rate"),
    Specimen("Adam at 0.000001", partial(digits, *FLAT, *dense(64), optimizer=SMALL),
             "rate.too-low", "Raise the rate"),
    Specimen("learnt by heart", partial(
        clouds, *dense(256, layers=2), data=FEW, split={"validation": 0.4, "test": 0.1},
        batch_size=16, epochs=60),
        "fitting.over", "Add dropout"),
    Specimen("pushed below zero", pushed, "units.dead", "Swap ReLU for LeakyReLU"),
    Specimen("rare classes", partial(clouds, *dense(32), data={"commonest": 0.95}),
             "balance.classes", "Weigh the classes"),
    Specimen("tanh, first weights too large", partial(
        digits, *FLAT, *dense(64, "nn.tanh", 3), weights=wide_start(4, 2.0)),
        "start.loss", "Take the usual first weights", held_out=True),
    Specimen("ten sigmoids on clouds", partial(
        clouds, *dense(16, "nn.sigmoid", 10), optimizer=Choice("sgd", {"lr": 0.1})),
        "gradients.vanishing", "Insert BatchNorm", held_out=True),
    Specimen("regression at 100", partial(
        wave, *dense(32), optimizer=Choice("sgd", {"lr": 100.0, "momentum": 0.9})),
        "numbers.not-finite", "Lower the rate", held_out=True),
    Specimen("spirals with a line", spirals, "fitting.under", "Add a hidden layer", held_out=True),
    Specimen("inputs in thousands", partial(clouds, *dense(32), data={"scale": 1000.0}),
             "start.loss", "Insert BatchNorm", held_out=True),
    Specimen("wrong labels", partial(
        clouds, *dense(32), data={"wrong": 1.0}, epochs=12, optimizer=Choice("sgd", {"lr": 0.01})),
        "learning.none", "", held_out=True),
    Specimen("SGD at 0.00001", partial(
        wave, *dense(64), optimizer=Choice("sgd", {"lr": 1e-5, "momentum": 0.0})),
        "rate.too-low", "Raise the rate", held_out=True),
    Specimen("regression by heart", partial(
        wave, *dense(256, layers=2), data={"samples": 120, "noise": 1.0}, batch_size=16,
        split={"validation": 0.4, "test": 0.1}, epochs=80),
        "fitting.over", "Raise the weight decay"),
    Specimen("attention at 0.3", partial(
        recall, EMBEDDED, "nn.learned_position", ("nn.self_attention", {"num_heads": 2}),
        ("nn.sequence_pool", {"mode": "mean"}), optimizer=Choice("adam", {"lr": 0.3})),
        "rate.too-high", "Lower the rate"),
    Specimen("digits by heart", partial(
        digits, *FLAT, *dense(512, layers=2), split={"validation": 0.5, "test": 0.48},
        batch_size=8, epochs=60),
        "fitting.over", "Add dropout", held_out=True),
    Specimen("tanh regression by heart", partial(
        wave, *dense(128, "nn.tanh", 2), data={"samples": 200, "noise": 0.8}, batch_size=16,
        split={"validation": 0.4, "test": 0.1}, epochs=150, optimizer=Choice("adam", {"lr": 3e-3})),
        "fitting.over", "Stop"),
    Specimen("diabetes by heart", partial(diabetes, 256), "fitting.over", "Stop", held_out=True),
    Specimen("CNN at 1", partial(
        digits, *conv(16), *conv(16), *FLAT, optimizer=Choice("adamw", {"lr": 1.0})),
        "rate.too-high", "Lower the rate", held_out=True),
    Specimen("sigmoids at the end of their range", partial(
        clouds, *dense(32, "nn.sigmoid", 2), weights=wide_start(2, 30.0)),
        "units.saturated", "Take the usual first weights", held_out=True),
)  # fmt: skip
