"""Geometry: measures of what is drawn, in canvas units; those that a layout needs are core's."""

from studio.core.cards import (
    ANCHOR_Y,
    FOOT,
    HEAD,
    HEAD_WITH_SUMMARY,
    ROW,
    WIDTH,
    Geometry,
    Layouts,
    PortPlace,
    geometry,
    geometry_of,
)

__all__ = [
    "ANCHOR_Y",
    "FOOT",
    "HEAD",
    "HEAD_WITH_SUMMARY",
    "PORT",
    "RADIUS",
    "ROW",
    "STEP",
    "STRIPE",
    "SUMMARY_Y",
    "TITLE_Y",
    "WIDTH",
    "Geometry",
    "Layouts",
    "PortPlace",
    "geometry",
    "geometry_of",
]

STEP = 8.0
"""Cards snap to this grid."""
STRIPE = 4.0
TITLE_Y = 18.0
"""The middle of the title line."""
SUMMARY_Y = 38.0
"""The middle of the line of telling parameters."""
RADIUS = 6.0
PORT = 5.0
"""Half the size of a port."""
