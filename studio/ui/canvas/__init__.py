"""The canvas: one widget that paints the drawing from arrays, and the gestures that change it."""
