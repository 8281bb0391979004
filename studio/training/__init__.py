"""The ways of training: optimisers and schedules."""
