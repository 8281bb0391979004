"""The Data page: choose samples, divide them, look at them."""
