"""A run as one web page that needs no network: what is told, how it is put together."""
