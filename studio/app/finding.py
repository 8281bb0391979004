"""Finding: which commands a few typed letters mean, the likeliest first."""

from .actions import Action
from .studio import Studio


def ranked(text: str, actions: list[Action], studio: Studio) -> list[Action]:
    """Return the actions whose words hold the letters in order; without text, all of them."""
    scored = []
    for place, action in enumerate(actions):
        words = f"{action.menu} {action.title_now(studio)}"
        found = score(text, words)
        if found is not None:
            scored.append((not action.when(studio), -found, place))
    return [actions[place] for _, _, place in sorted(scored)]


def score(text: str, words: str) -> float | None:
    """Return how well letters fit into words, more is better; None if they do not.

    Letters count when they follow each other, and more when they begin a word.
    """
    letters, lower = text.lower().replace(" ", ""), words.lower()
    typed = text.lower().strip()
    if typed and f" {typed}" in f" {lower}":
        return 2000.0 - f" {lower}".index(f" {typed}")
    if typed and typed in lower:
        return 1000.0 - lower.index(typed)
    total, place, last = 0.0, 0, -2
    for letter in letters:
        place = lower.find(letter, place)
        if place < 0:
            return None
        begins = place == 0 or not lower[place - 1].isalnum()
        total += 3.0 if begins else 2.0 if place == last + 1 else 0.5
        last, place = place, place + 1
    return total
