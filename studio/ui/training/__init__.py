"""The Train page: how the network learns."""
