import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_demo_without_a_display_leaves_what_there_was_to_see(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "studio", "demo", "--offscreen", "-o", str(tmp_path)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip

    assert answer.returncode == 0, answer.stderr
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["metrics"]["test"]["accuracy"] >= 0.97
    assert (tmp_path / "window.png").stat().st_size > 20_000
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "model.py")], capture_output=True, text=True, check=False
    )
    assert "(2, 10)" == ran.stdout.strip()
