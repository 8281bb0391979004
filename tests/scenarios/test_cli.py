"""The command line keeps its word: what it prints, what it writes, and how it ends."""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from studio import __version__
from studio.app.gallery import exhibits
from studio.cli import main, verbs
from studio.cli.doctor import remedy_for
from studio.cli.outcome import Outcome
from studio.runs.events import Ended, Failed, Started

Answer = dict[str, Any]
SHORT = ("--set", "training.epochs=3")


def netwright(*arguments: object, env: Mapping[str, str] = os.environ) -> Answer:
    """Run a command in a process of its own; return its answer, its exit code and its news."""
    done = subprocess.run(
        [sys.executable, "-m", "studio", *map(str, arguments)],
        capture_output=True,
        check=False,
        text=True,
        timeout=100,
        env=dict(env),
    )
    last = (done.stdout.splitlines() or [""])[-1]
    answer = json.loads(last) if last.startswith("{") else {}
    return {**answer, "code": done.returncode, "news": done.stderr, "said": done.stdout}


# Training


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    out = tmp_path_factory.mktemp("run")
    return netwright("train", "wine-mlp", *SHORT, "--seed", 5, "--out", out)


def test_training_answers_with_the_promised_fields(trained: Answer) -> None:
    assert trained["code"] == 0, trained["news"]
    assert trained["version"] == 1
    assert trained["seed"] == 5
    assert trained["device"] == "cpu" or trained["device"] in {"cuda", "mps"}
    assert trained["epochs"] == 3
    assert trained["parameters"] == 547
    assert trained["seconds"] > 0
    assert trained["reason"] == "finished"
    assert trained["error"] is None
    assert set(trained["metrics"]) == {"train", "validation", "test"}
    assert all({"loss", "accuracy"} <= part.keys() for part in trained["metrics"].values())


def test_training_answers_with_one_loss_for_each_step(trained: Answer) -> None:
    steps = 3 * math.ceil(trained["samples"]["train"] / 16)

    assert trained["steps"] == steps
    assert len(trained["losses"]) == steps
    assert trained["losses"][-1] < trained["losses"][0]


def test_news_of_every_epoch_goes_to_stderr_and_one_line_to_stdout(trained: Answer) -> None:
    assert [f"epoch {epoch}/3" in trained["news"] for epoch in (1, 2, 3)] == [True] * 3
    assert len(trained["said"].splitlines()) == 1


def test_a_run_leaves_record_program_and_weights(trained: Answer) -> None:
    left = {path.name for path in Path(trained["folder"]).iterdir()}

    assert {"record.sqlite", "model.py", "weights.safetensors", "experiment.netwright"} <= left


def test_the_same_seed_gives_the_same_losses_to_the_last_bit(trained: Answer) -> None:
    again = netwright("train", "wine-mlp", *SHORT, "--seed", 5, "--json")

    assert again["losses"] == trained["losses"]
    assert again["metrics"] == trained["metrics"]
    assert again["news"] == ""


def test_watching_changes_no_loss_and_another_seed_does(trained: Answer) -> None:
    watched = netwright("train", "wine-mlp", *SHORT, "--seed", 5, "--watch")
    other = netwright("train", "wine-mlp", *SHORT, "--set", "training.seed=6")

    assert watched["losses"] == trained["losses"]
    assert other["losses"] != trained["losses"]


def test_an_exported_network_with_the_runs_weights_needs_nothing_but_torch(
    trained: Answer, tmp_path: Path
) -> None:
    answer = netwright(
        "export", "wine-mlp", "--to", "python", "--weights", trained["folder"], "-o", tmp_path
    )
    elsewhere = subprocess.run(
        [sys.executable, "-P", "model.py"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
    )

    assert sorted(answer["files"]) == ["model.py", "weights.safetensors"]
    assert "studio" not in (tmp_path / "model.py").read_text(encoding="utf-8")
    assert elsewhere.stdout.strip().endswith("3)"), elsewhere.stderr


def test_a_run_that_fails_says_which_block_is_to_blame_and_exits_with_one(
    tmp_path: Path,
) -> None:
    answer = netwright(
        "train", "spirals-mlp", "--set", "training.optimizer=sgd",
        "--set", "training.optimizer.lr=100",
        "--set", "training.optimizer.weight_decay=10", "--out", tmp_path,
    )  # fmt: skip

    assert answer["code"] == 1
    assert answer["reason"] == "failed"
    assert answer["error"]["kind"] == "nan"
    assert answer["error"]["block"] in {"fc1", "relu1", "fc2", "relu2", "fc3", "loss"}
    assert "no longer a number" in answer["error"]["message"]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_ctrl_c_ends_a_run_cleanly_and_the_answer_still_comes(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "studio", "train", "wine-mlp", "--set", "training.epochs=100000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        _read_until(process.stderr, "epoch 3/")
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)

    answer = json.loads(said.splitlines()[-1])

    assert process.returncode == 130
    assert answer["reason"] == "stopped"
    assert answer["epochs"] >= 3
    assert (home / "runs" / answer["run"] / "weights.safetensors").is_file()


def _read_until(lines: Iterator[str], text: str) -> None:
    assert any(text in line for line in lines), f"expected {text}"


# Checking


def test_a_sound_drawing_is_checked_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", "lenet-digits", "--json"])
    answer = json.loads(capsys.readouterr().out)
    blocks = {block["id"]: block for block in answer["blocks"]}

    assert code == 0
    assert answer["problems"] == []
    assert answer["parameters"] == answer["trainable"]
    assert answer["parameters"] == sum(block["parameters"] for block in blocks.values())
    assert answer["macs"] == sum(block["macs"] for block in blocks.values())
    assert blocks["image"]["outputs"] == {"y": ["B", 1, 8, 8]}
    assert blocks["conv1"]["inputs"] == {"x": ["B", 1, 8, 8]}
    assert blocks["loss"]["outputs"] == {"loss": []}


def test_a_drawing_with_a_problem_is_checked_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", "lenet-digits", "--json", "--set", "blocks.fc3.out_features=9"])
    answer = json.loads(capsys.readouterr().out)

    assert code == 1
    assert answer["problems"][0].keys() == {"level", "block", "port", "message", "hint"}
    assert answer["problems"][0]["block"] == "loss"
    assert "10 classes" in answer["problems"][0]["message"]


def test_other_data_give_inputs_and_targets_their_sizes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["check", "lenet-digits", "--json", "--set", "data.source=mnist"])
    blocks = {block["id"]: block for block in json.loads(capsys.readouterr().out)["blocks"]}

    assert code == 0
    assert blocks["image"]["outputs"] == {"y": ["B", 1, 28, 28]}
    assert blocks["fc1"]["inputs"] == {"x": ["B", 64 * 7 * 7]}


def test_without_json_a_check_is_read_by_people(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", "wine-mlp"])
    said = capsys.readouterr().out

    assert code == 0
    assert "B×32" in said
    assert "0 problems · 547 parameters" in said


@pytest.mark.parametrize("verb", [["check"], ["train"], ["export", "-o", "somewhere"]])
def test_what_cannot_be_read_ends_with_two_and_one_sentence(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.netwright"
    broken.write_text("{", encoding="utf-8")

    code = main([verb[0], str(broken), *verb[1:]])
    said = capsys.readouterr()

    assert code == 2
    assert said.out == ""
    assert said.err.startswith(f"netwright {verb[0]}: broken.netwright: this is not an experiment")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("training.epochs=none", "epochs: expected a whole number from 1 to "),
        ("training.optimizer=sgdx", "rmsprop, sgd, received sgdx"),
        ("blocks.nix.out=3", "expected the id or title of a block, received nix"),
        ("epochs=3", "expected address=value such as training.epochs=2, received epochs=3"),
    ],
)
def test_a_setting_that_does_not_exist_is_refused_with_what_does(
    assignment: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["train", "wine-mlp", "--set", assignment])

    assert code == 2
    assert sentence in capsys.readouterr().err


def test_a_drawing_with_problems_is_not_trained(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["train", "lenet-digits", "--set", "blocks.fc3.out_features=9"])

    assert code == 2
    assert "10 classes" in capsys.readouterr().err


# Demo


def test_without_a_screen_the_demo_leaves_what_there_was_to_see(tmp_path: Path) -> None:
    done = netwright("demo", "--offscreen", "-o", tmp_path)
    assert done["code"] == 0, done["news"]
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    elsewhere = subprocess.run(
        [sys.executable, "-P", "model.py"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
    )

    assert metrics["metrics"]["test"]["accuracy"] >= 0.97
    assert elsewhere.stdout == "(2, 10)\n", elsewhere.stderr
    assert (tmp_path / "window.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "window.png").stat().st_size > 20_000


def test_opening_what_is_not_there_says_so_before_a_window_comes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["open", "nothing-like-it"]) == 2
    assert "there is no such file" in capsys.readouterr().err


# Catalogue, doctor, help


def test_the_catalogue_lists_every_block_with_all_that_a_form_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["blocks", "--json"])
    answer = json.loads(capsys.readouterr().out)
    conv = next(block for block in answer["blocks"] if block["id"] == "nn.conv2d")
    kernel = next(param for param in conv["params"] if param["name"] == "kernel_size")

    assert code == 0
    assert {"id", "family", "inputs", "outputs", "params", "formula", "source"} <= conv.keys()
    assert (kernel["type"], kernel["default"]) == ("sizes", [3, 3])
    assert all(block["source"].keys() == {"init", "call"} for block in answer["blocks"])
    composites = {one["id"]: one for one in answer["composites"]}
    encoder = composites["composite:encoder_layer"]
    assert encoder["family"] == "Transformer"
    assert {"heads", "hidden"} <= {param["name"] for param in encoder["params"]}
    assert all(one["paper"] for one in composites.values())
    assert {"digits", "kjv"} <= {source["id"] for source in answer["sources"]}


@pytest.mark.parametrize(
    ("message", "package"),
    [
        ("ImportError: libEGL.so.1: cannot open shared object file", "libegl1"),
        ("ImportError: libGL.so.1: cannot open shared object file", "libgl1"),
        ("OSError: libxkbcommon-x11.so.0: cannot open shared object file", "libxkbcommon-x11-0"),
    ],
)
def test_the_doctor_knows_which_package_brings_a_library(message: str, package: str) -> None:
    assert remedy_for(message).endswith(f" {package}")
    assert remedy_for(message).startswith("sudo apt-get install ")


def test_the_doctor_finds_this_machine_fit(tmp_path: Path) -> None:
    answer = netwright("doctor", "--json", env={**os.environ, "NETWRIGHT_HOME": str(tmp_path)})
    findings = {finding["part"]: finding for finding in answer["findings"]}

    assert answer["code"] == (0 if answer["healthy"] else 1)
    assert findings["torch"]["state"] == "ok"
    assert findings["Qt loads"]["state"] == "ok", findings["Qt loads"]
    assert "processor" in findings["Devices"]["found"]


def test_the_doctor_says_how_to_mend_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    home = str(tmp_path / "file" / "home")

    answer = netwright("doctor", "--json", env={**os.environ, "NETWRIGHT_HOME": home})
    folder = next(finding for finding in answer["findings"] if finding["part"] == "Folder")

    assert answer["code"] == 1
    assert folder["state"] == "missing"
    assert "NETWRIGHT_HOME" in folder["remedy"]


def test_every_verb_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    names = {verb.name for verb in verbs()}

    for name in names:
        with pytest.raises(SystemExit) as end:
            main([name, "--help"])
        assert end.value.code == 0
        assert f"usage: netwright {name}" in capsys.readouterr().out
    assert names >= {"open", "demo", "train", "check", "export", "blocks", "gallery", "doctor"}


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])

    assert capsys.readouterr().out.strip() == f"netwright {__version__}"


def test_a_reader_that_has_seen_enough_causes_no_traceback() -> None:
    command = f"{sys.executable} -m studio blocks --json | head -c 10"

    done = subprocess.run(command, shell=True, capture_output=True, check=False, text=True)

    assert done.stderr == ""


def test_reading_the_help_loads_nothing_heavy() -> None:
    program = (
        "import sys, studio.cli\n"
        "try: studio.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'numpy', 'PySide6', 'sklearn'} & sys.modules.keys()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, text=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


# What events come to


def test_a_failed_run_comes_to_an_answer_that_names_the_block() -> None:
    lines: list[str] = []
    outcome = Outcome(lines.append)

    outcome.read(
        [
            Started(
                run="r", title="Net", time=0.0, device="cpu", device_name="CPU", seed=3,
                parameters=10, epochs=2, steps_per_epoch=1, samples={"train": 4},
            ),
            Failed(kind="nan", message="conv1 gives NaN", block="conv1", hint="Lower it", step=7),
            Ended(reason="failed", step=7, epoch=0, seconds=0.5),
        ]
    )  # fmt: skip
    answer = outcome.answer("r")

    assert outcome.exit_code == 1
    assert answer["reason"] == "failed"
    assert answer["error"] == {
        "kind": "nan",
        "block": "conv1",
        "message": "conv1 gives NaN",
        "hint": "Lower it",
        "step": 7,
    }
    assert "conv1 gives NaN. Lower it" in lines


def test_every_exhibit_is_named_in_the_answer_to_a_wrong_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["check", "nothing-like-it"])
    said = capsys.readouterr().err

    assert all(exhibit.name in said for exhibit in exhibits())
