"""Starters: a person's own file as a sensible experiment, ready to train and easy to change."""

from dataclasses import replace
from pathlib import Path

from studio.core.catalog import Catalog
from studio.core.columns import columns_of
from studio.core.experiment import Choice, Data, Experiment, Objective, Preparation, Training
from studio.core.fields import Field
from studio.core.fitting import choose_data
from studio.core.params import Value
from studio.core.recipes import Column, Source
from studio.runs.questions import Examined

from .gallery import find_experiment
from .sketch import Sketch

FEW_LABELS = 30
"""Categories with more labels are better read by an embedding than one-hot."""
MOST_EMBEDDED = 4
_STEPS = 4000


def data_of(found: Examined, source: Source, path: Path) -> Data:
    """Return the data of a file as it was examined, with the steps that its columns need."""
    params: dict[str, Value] = {**dict(found.params), "path": str(path)}
    return Data(
        Choice(source.id, params),
        {"validation": 0.15, "test": 0.15, "lock_test": True},
        found.fields,
        tuple(_steps(found)),
    )


def _steps(found: Examined) -> list[Preparation]:
    fields = [one for one in found.fields if one.role != "none"]
    inputs = [one for one in fields if one.role == "input"]
    targets = [one for one in fields if one.role == "target"]
    kinds = {one.kind for one in inputs}
    empty = tuple(one.name for one in targets if one.name in found.missing)
    holes = any(one.name in found.missing and one.kind in {"number", "category"} for one in inputs)
    values = tuple(one.name for one in targets if one.kind == "number" and len(one.shape) <= 1)
    wanted = (
        (Preparation("drop_missing", empty), bool(empty)),
        (Preparation("fill_missing"), holes),
        (Preparation("standardize"), any(one.flat for one in inputs)),
        (Preparation("date_parts"), "date" in kinds),
        *_of_categories(inputs),
        (Preparation("tfidf"), "text" in kinds),
        (Preparation("standardize", values), bool(values)),
    )
    return [step for step, needed in wanted if needed]


def _of_categories(inputs: list[Field]) -> list[tuple[Preparation, bool]]:
    categories = [one for one in inputs if one.kind == "category"]
    few = [one.name for one in categories if len(one.labels) <= FEW_LABELS]
    many = [one.name for one in categories if len(one.labels) > FEW_LABELS]
    return [
        (Preparation("one_hot", tuple(few) if many else ()), bool(few)),
        (Preparation("share", tuple(many[MOST_EMBEDDED:])), bool(many[MOST_EMBEDDED:])),
    ]


def starter(found: Examined, source: Source, path: Path, catalog: Catalog) -> Experiment:
    """Return an experiment on a file: its data, a network for what is to be learned, a training."""
    data = data_of(found, source, path)
    return with_network(Experiment(title=path.stem or path.name, data=data), found.rows, catalog)


def with_network(experiment: Experiment, rows: int, catalog: Catalog) -> Experiment:
    """Return the experiment with a network that fits its data, in place of what is drawn."""
    data = experiment.data
    columns = columns_of(data, catalog)
    inputs = [column for column in columns if column.role == "input"]
    target = next((column for column in columns if column.role == "target"), None)
    if len(inputs) == 2 and target is not None and _is_said_on(inputs[1], target):
        return _translating(experiment, catalog)
    sketch = Sketch(catalog)
    _draw(sketch, inputs, target, rows)
    drawn = replace(experiment, graph=sketch.graph(), training=_training(target, rows))
    return choose_data(drawn, data, catalog)(drawn)


def _is_said_on(read: Column, target: Column) -> bool:
    """Tell whether a target is the same row of tokens, one on; a category is no such row."""
    return read.dtype == target.dtype == "int" and read.shape == target.shape != ()


def _draw(sketch: Sketch, inputs: list[Column], target: Column | None, rows: int) -> None:
    if not inputs:
        return
    if target is not None and target.dtype == "int" and target.shape:
        _write(sketch, inputs[0], target)
        return
    if target is None and inputs[0].dtype == "float" and len(inputs[0].shape) == 1:
        _repeat(sketch, inputs[0])
        return
    parts = [_reader(sketch, column) for column in inputs]
    body = parts[0] if len(parts) == 1 else sketch.add("nn.concat", *parts)
    width = sum(_width(column) for column in inputs)
    if all(len(column.shape) <= 1 for column in inputs):
        body = _layers(sketch, body, width, rows)
    if target is not None:
        _answer(sketch, body, target)


def _reader(sketch: Sketch, column: Column) -> str:
    """Draw what reads one input, and return the block that gives a vector."""
    given = {"column": column.name}
    match column.shape, column.dtype:
        case (_, _, _), "float":
            return _convolutions(sketch, sketch.add("io.image", title="picture", **given), column)
        case (_, _), "float":
            begin = sketch.add("io.sequence", title="sequence", **given)
            return sketch.add("nn.lstm", begin, hidden_size=64, output="last")
        case (1,), "int":
            begin = sketch.add("io.tokens", title=_title(column.name), **given)
            size = min(max(2, (column.limit or 2) // 8), 16)
            return sketch.add("nn.flatten", sketch.add("nn.embedding", begin, embedding_dim=size))
        case (_,), "int":
            begin = sketch.add("io.tokens", title=_title(column.name), **given)
            words = sketch.add("nn.embedding", begin, embedding_dim=32)
            return sketch.add("nn.lstm", words, hidden_size=64, output="last")
    return sketch.add("io.vector", title="features", **given)


def _width(column: Column) -> int:
    return column.shape[0] if column.dtype == "float" and len(column.shape) == 1 else 16


def _layers(sketch: Sketch, body: str, width: int, rows: int) -> str:
    """Draw two hidden layers, as wide as the samples bear."""
    wide = 32 if rows < 500 else 64 if rows < 20_000 else 128
    for units in (wide, wide // 2) if width > 1 or rows > 500 else (wide,):
        layer = sketch.add("nn.linear", body, out_features=units)
        body = sketch.add("nn.relu", layer)
    return sketch.add("nn.dropout", body, p=0.2 if width > 200 or rows < 500 else 0.1)


def _convolutions(sketch: Sketch, body: str, column: Column) -> str:
    """Draw convolutions until little is left of height and width."""
    side, channels = min(column.shape[1:]), 16
    while side >= 6 and channels <= 128:
        body = sketch.add(
            "nn.conv2d", body, out_channels=channels, kernel_size=(3, 3), padding=(1, 1)
        )
        body = sketch.add(
            "nn.max_pool2d", sketch.add("nn.relu", sketch.add("nn.batch_norm2d", body))
        )
        side, channels = side // 2, channels * 2
    pooled = sketch.add("nn.global_avg_pool2d", body) if side > 4 else body
    flat = sketch.add("nn.flatten", pooled)
    return sketch.add("nn.dropout", flat, p=0.2)


def _answer(sketch: Sketch, body: str, target: Column) -> None:
    """Draw the last layer, the loss, and what tells more than the loss."""
    if target.dtype == "int":
        scores = sketch.add("nn.linear", body, title="scores", out_features=target.limit or 2)
        answer = sketch.add("io.target", title=_title(target.name), column=target.name)
        loss = sketch.add("loss.cross_entropy", scores, title="loss")
        judge = sketch.add("metric.f1", scores, title="F1")
    else:
        scores = sketch.add("nn.linear", body, title="prediction", out_features=target.shape[0])
        answer = sketch.add("io.target", title=_title(target.name), column=target.name)
        loss = sketch.add("loss.mse", scores, title="loss")
        judge = sketch.add("metric.r2", scores, title="R²")
    sketch.wire(answer, loss, "target")
    sketch.wire(answer, judge, "target")


def _write(sketch: Sketch, column: Column, target: Column) -> None:
    """Draw a network that says the next token after every token."""
    begin = sketch.add("io.tokens", title=_title(column.name), column=column.name)
    words = sketch.add("nn.embedding", begin, embedding_dim=48)
    states = sketch.add("nn.lstm", words, hidden_size=128)
    scores = sketch.add("nn.linear", states, title="scores", out_features=target.limit or 2)
    answer = sketch.add("io.target", title=_title(target.name), column=target.name)
    sketch.wire(answer, sketch.add("loss.cross_entropy", scores), "target")


def _repeat(sketch: Sketch, column: Column) -> None:
    """Draw an autoencoder: with nothing to learn, what is read is to be said again."""
    width = column.shape[0]
    begin = sketch.add("io.vector", title="features", column=column.name)
    wide = max(width // 2, 2)
    body = sketch.add("nn.relu", sketch.add("nn.linear", begin, out_features=4 * wide))
    code = sketch.add("nn.linear", body, title="code", out_features=max(width // 4, 2))
    body = sketch.add("nn.relu", sketch.add("nn.linear", code, out_features=4 * wide))
    again = sketch.add("nn.linear", body, title="reconstruction", out_features=width)
    sketch.wire(begin, sketch.add("loss.mse", again), "target")


def _translating(experiment: Experiment, catalog: Catalog) -> Experiment:
    """Return the gallery's encoder and decoder with attention, fitted to these sentences."""
    from studio.core.fileio import open_file

    shown = open_file(find_experiment("seq2seq-dot"))
    columns = columns_of(experiment.data, catalog)
    names = [column.name for column in columns]
    renamed = dict(zip(("english", "spanish", "next"), names, strict=False))
    nodes = []
    for node in shown.graph.nodes.values():
        name = renamed.get(str(node.params.get("column", "")))
        if name:
            params = {**node.params, "column": name}
            nodes.append(replace(node, title=_title(name), params=params))
    graph = shown.graph.put(*nodes)
    drawn = replace(experiment, graph=graph, training=shown.training)
    fitted = choose_data(drawn, experiment.data, catalog)(drawn)
    scores = fitted.graph.nodes["scores"]
    size = next(column.limit for column in columns if column.role == "target")
    known = replace(scores, params={**scores.params, "out_features": size or 2})
    return replace(fitted, graph=fitted.graph.put(known))


def _training(target: Column | None, rows: int) -> Training:
    batch = 16 if rows < 300 else 32 if rows < 3000 else 64 if rows < 50_000 else 256
    epochs = min(max(round(_STEPS * batch / max(rows, 1)), 4), 60)
    writes = target is not None and target.dtype == "int" and bool(target.shape)
    settings: dict[str, Value] = {"batch_size": batch, "epochs": epochs, "early_stopping": 15}
    if writes:
        settings["batch_size"] = 32
    main = Objective(
        optimizer=Choice("adamw", {"lr": 0.003, "weight_decay": 0.02}),
        schedule=Choice("cosine"),
        settings={"clip_norm": 1.0},
    )
    return Training(settings, (main,))


def _title(name: str) -> str:
    """Return a column's name as the title of a block."""
    return " ".join(name.split())[:40] or "column"


def task_words(fields: tuple[Field, ...]) -> str:
    """Say in words what is to be learned."""
    target = next((one for one in fields if one.role == "target"), None)
    read = sum(one.role == "input" for one in fields)
    columns = "1 column" if read == 1 else f"{read:,} columns"
    if target is None:
        return f"{columns} to read, nothing to learn: say it again (an autoencoder)"
    if target.kind == "category":
        return f"{target.name} ({len(target.labels):,} classes) from {columns}"
    if target.kind == "tokens" and read == 2:
        return f"an answer to each {fields[0].name}"
    if target.kind == "tokens":
        return f"the next token after each of {target.shape[0]:,}"
    return f"{target.name} (a number) from {columns}"
