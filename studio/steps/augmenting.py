"""Augmentation: training pictures changed anew every time, so that nothing accidental is learnt.

The engine draws what is done to each sample from the seed, the step and the sample alone, so that
a run made again, resumed or divided among processes sees the same pictures.
"""

from studio.api import Field, Param, Params, Step

_DONE = "studio.engine.data.augmenting"


def picture(field: Field, _params: Params) -> Field | None:
    """Return a picture as it is; nothing else is augmented."""
    return field if field.kind == "image" and field.role == "input" else None


FLIP = Step(
    id="flip",
    title="Flip",
    gives=picture,
    augment=f"{_DONE}:flip",
    params=(
        Param("horizontal", 0.5, low=0.0, high=1.0, help="How often left and right are swapped"),
        Param("vertical", 0.0, low=0.0, high=1.0, help="How often up and down are swapped"),
    ),
    group="Augment",
    help="Mirrors some pictures; not for digits and letters",
)

MOVE = Step(
    id="move",
    title="Shift, turn and zoom",
    gives=picture,
    augment=f"{_DONE}:move",
    params=(
        Param("shift", 0.1, low=0.0, high=1.0, help="At most so much of width and height"),
        Param("turn", 10.0, low=0.0, high=180.0, unit="°", help="At most so far either way"),
        Param("zoom", 0.1, low=0.0, high=0.9, help="0.1 is from 90 % to 110 % of the size"),
    ),
    group="Augment",
    help="Moves every picture a little; what comes in from outside is black",
)

CROP = Step(
    id="crop",
    title="Crop",
    gives=picture,
    augment=f"{_DONE}:crop",
    params=(
        Param("least", 0.6, low=0.05, high=1.0, help="The smallest share of width and height"),
    ),
    group="Augment",
    help="Takes a part of the picture from anywhere and draws it to full size",
)

LIGHT = Step(
    id="light",
    title="Brightness and contrast",
    gives=picture,
    augment=f"{_DONE}:light",
    params=(
        Param("brightness", 0.2, low=0.0, high=1.0, help="At most so much lighter or darker"),
        Param("contrast", 0.2, low=0.0, high=1.0, help="0.2 is from 80 % to 120 %"),
    ),
    group="Augment",
    help="Makes pictures lighter, darker, flatter or harder",
)

COLOUR = Step(
    id="colour",
    title="Hue and saturation",
    gives=picture,
    augment=f"{_DONE}:colour",
    params=(
        Param("hue", 18.0, low=0.0, high=180.0, unit="°", help="At most so far round the circle"),
        Param("saturation", 0.3, low=0.0, high=1.0, help="0.3 is from 70 % to 130 %"),
    ),
    group="Augment",
    help="Turns colours; grey pictures stay as they are",
)

NOISE = Step(
    id="noise",
    title="Noise",
    gives=picture,
    augment=f"{_DONE}:noise",
    params=(Param("deviation", 0.05, low=0.0, high=1.0, help="Standard deviation; 1 is white"),),
    group="Augment",
    help="Adds Gaussian noise to every pixel",
)

ERASE = Step(
    id="erase",
    title="Cover a part",
    gives=picture,
    augment=f"{_DONE}:erase",
    params=(
        Param("often", 0.5, low=0.0, high=1.0, help="How many pictures lose a part"),
        Param("size", 0.3, low=0.01, high=0.9, help="Of width and height"),
    ),
    group="Augment",
    help="Blackens a square somewhere, so that no single spot decides",
)
