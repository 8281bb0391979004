"""``python -m tests.bench [part …]``: run the benchmark and print one table."""

import sys
from importlib import import_module

PARTS = ("checking", "canvas", "charts", "panels", "window", "training", "watching", "peers")


def main(chosen: list[str]) -> int:
    """Run the chosen parts, or all."""
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        print(f"expected parts of {', '.join(PARTS)}, received {unknown[0]}", file=sys.stderr)
        return 2
    for part in chosen or PARTS:
        for what, figure, budget in import_module(f"tests.bench.{part}").rows():
            print(f"{what:<62} {figure:>30}   {budget}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
