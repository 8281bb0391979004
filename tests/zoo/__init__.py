"""The zoo: small networks, healthy and broken, on which the diagnosis is measured."""
