"""Trail: the views that were rested on, to go back to and forward again as in a browser."""

from .camera import Camera

NEAR_PX, NEAR_ZOOM = 300.0, 1.3
"""Views no farther apart than this count as the same place."""
LONGEST = 100


class Trail:
    """Where the view rested. Moving on a little moves the place, and makes no new one."""

    def __init__(self) -> None:
        self._behind: list[Camera] = []
        self._here: Camera | None = None
        self._ahead: list[Camera] = []

    def rest(self, camera: Camera) -> None:
        """Take note that the view came to rest."""
        if self._here is not None and not _near(self._here, camera):
            self._behind = [*self._behind[1 - LONGEST :], self._here]
            self._ahead.clear()
        self._here = camera

    def back(self, camera: Camera) -> Camera | None:
        """Return the place before, from where the view is now; None at the first."""
        self.rest(camera)
        if not self._behind:
            return None
        self._ahead.append(camera)
        self._here = self._behind.pop()
        return self._here

    def forward(self, camera: Camera) -> Camera | None:
        """Return the place that was left by going back; None at the last."""
        self.rest(camera)
        if not self._ahead:
            return None
        self._behind.append(camera)
        self._here = self._ahead.pop()
        return self._here

    def clear(self) -> None:
        """Forget all places, as when another drawing is shown."""
        self._behind, self._here, self._ahead = [], None, []


def _near(one: Camera, other: Camera) -> bool:
    """Tell whether two views show nearly the same."""
    if max(one.zoom, other.zoom) > NEAR_ZOOM * min(one.zoom, other.zoom):
        return False
    across = abs(one.x / one.zoom - other.x / other.zoom) * other.zoom
    return across + abs(one.y / one.zoom - other.y / other.zoom) * other.zoom < NEAR_PX
