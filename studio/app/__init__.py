"""The program without a window: what a person can do, and the state it is done to."""
