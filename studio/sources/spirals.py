"""Two spirals wound into each other: the classic that no straight line can divide."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, Params, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def load_spirals(params: Mapping[str, int | float]) -> "dict[str, NDArray[np.generic]]":
    """Return points of the plane within about -1 … 1, and which arm each lies on."""
    import numpy as np

    samples, turns = int(params["samples"]), float(params["turns"])
    random = np.random.default_rng(int(params["seed"]))
    arm = np.arange(samples) % 2
    # The root spreads the points evenly along the arm, whose length grows with the square.
    radius = np.sqrt(random.uniform(0.01, 1.0, samples))
    angle = 2.0 * np.pi * turns * radius + np.pi * arm
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    points += random.normal(0.0, float(params["noise"]), points.shape)
    return {"point": points.astype(np.float32), "arm": arm.astype(np.int64)}


def _columns(params: Params) -> tuple[Column, ...]:
    return (
        Column("point", "input", (2,)),
        Column("arm", "target", (), "int", 2, ("first arm", "second arm")),
    )


SPIRALS = Source(
    id="spirals",
    title="Two spirals",
    load="studio.sources.spirals:load_spirals",
    columns=_columns,
    params=(
        Param("samples", 2000, low=4, high=1_000_000, help="Points of both arms together"),
        Param("turns", 1.5, low=0.0, high=10.0, help="How often each arm winds round"),
        Param(
            "noise", 0.02, low=0.0, high=1.0, help="Standard deviation of each point's displacement"
        ),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes where the points lie"),
    ),
    stratify="arm",
    help="Points of the plane on one of two spirals wound into each other",
    licence="made here",
    citation="Lang, Witbrock: Learning to Tell Two Spirals Apart, Connectionist Models Summer "
    "School, 1988",
)
