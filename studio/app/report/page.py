"""The page: one file that opens from the disk, with the drawing, the settings and the charts."""

import json
from base64 import b64encode
from html import escape
from pathlib import Path

from studio.app.run_facts import Facts, circumstances, facts, metrics
from studio.app.run_journal import journal
from studio.core.fileio import write_whole
from studio.core.text import plural
from studio.resources import resource
from studio.runs.index import look_at
from studio.runs.interventions import told_in
from studio.runs.moments import moments_of
from studio.runs.record import Record
from studio.runs.saved import open_run
from studio.runs.store import MODEL

from .curves import charts_of
from .settings import settings, titles
from .stills import stills_of


def write_report(folder: Path, file: Path, drawing: bytes = b"") -> Path:
    """Write the page of a run; ``drawing`` is the network as PNG.

    Raises:
        FileError: the record cannot be read, or the file not be written.
    """
    target = (
        file if file.suffix.lower() in {".html", ".htm"} else file.with_name(f"{file.name}.html")
    )
    write_whole(target, page_of(folder, drawing).encode())
    return target


def page_of(folder: Path, drawing: bytes = b"") -> str:
    """Return the page of a run.

    Raises:
        FileError: the record cannot be read.
    """
    with open_run(folder) as saved:
        record = Record.from_events(saved.replay())
    run = look_at(folder)
    told = run.summary
    charts, stills = charts_of(record.series), stills_of(record, titles(folder))
    parts = [
        _notes(run.marks.notes, run.marks.tags),
        _wrong(told.broken or told.failure),
        _drawing(drawing, told.title),
        _tables([("Results", metrics(run)), ("Run", facts(run)), ("Settings", settings(folder))]),
        _charts(charts),
        _stills(stills),
        _time(record.step) if charts or stills else "",
        _tables([("Journal", journal(told_in(folder))), ("Environment", circumstances(run))]),
        _source(folder),
    ]
    data = {"charts": charts, "stills": [_told(still) for still in stills],
            "moments": moments_of(record)}  # fmt: skip
    return _filled(
        title=escape(told.title),
        subtitle=escape(f"{run.state.capitalize()} · {run.id}"),
        body="\n".join(filter(None, parts)),
        # A closing tag inside JSON would end the script.
        data=json.dumps(data, separators=(",", ":"), allow_nan=False).replace("</", "<\\/"),
    )


def _filled(**parts: str) -> str:
    page = resource("report/page.html").read_text(encoding="utf-8")
    head, _, rest = page.partition("@body@")
    middle, _, tail = rest.partition("@data@")
    for name in ("title", "subtitle"):
        head = head.replace(f"@{name}@", parts[name])
    return f"{head}{parts['body']}{middle}{parts['data']}{tail}"


def _notes(notes: str, tags: tuple[str, ...]) -> str:
    words = escape(notes)
    shown = " ".join(f"#{escape(tag)}" for tag in tags)
    if not words and not shown:
        return ""
    return f'<h2>Notes</h2><div class="card notes">{words}<p>{shown}</p></div>'


def _wrong(sentence: str) -> str:
    return f'<p style="color: var(--error)">{escape(sentence)}</p>' if sentence else ""


def _drawing(png: bytes, title: str) -> str:
    if not png:
        return ""
    data = b64encode(png).decode()
    alt = escape(f"Drawing of the network {title}")
    image = f'<img src="data:image/png;base64,{data}" alt="{alt}">'
    return f'<h2>Network</h2><div class="card">{image}</div>'


def _tables(tables: list[tuple[str, Facts]]) -> str:
    cards = []
    for title, rows in tables:
        lines = "".join(f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in rows)
        if rows:
            cards.append(f'<div class="card"><h3>{title}</h3><table>{lines}</table></div>')
    return f'<h2>{tables[0][0]}</h2><div class="grid">{"".join(cards)}</div>' if cards else ""


def _charts(charts: list[dict[str, object]]) -> str:
    cards = [
        f'<div class="card" data-chart="{place}"><h3>{escape(str(chart["title"]))}'
        '<label><input type="checkbox"> log</label></h3>'
        '<canvas height="190"></canvas><div class="legend"></div></div>'
        for place, chart in enumerate(charts)
    ]
    return f'<h2>Curves</h2><div class="grid">{"".join(cards)}</div>' if cards else ""


def _stills(stills: list[dict[str, object]]) -> str:
    cards = []
    for place, still in enumerate(stills):
        title = escape(str(still["title"]))
        inner = f'<img class="pixels" alt="{title}">' if "pictures" in still else "<pre></pre>"
        head = f"<h3>{title}<label></label></h3>"
        cards.append(f'<div class="card" data-still="{place}">{head}{inner}</div>')
    return f'<h2>What was looked at</h2><div class="grid">{"".join(cards)}</div>' if cards else ""


def _told(still: dict[str, object]) -> dict[str, object]:
    return {key: still[key] for key in ("steps", "pictures", "texts") if key in still}


def _time(last: int) -> str:
    return (
        '<div class="time"><button id="play">Play</button>'
        f'<input id="step" type="range" min="0" max="{last}" value="{last}" aria-label="Step">'
        '<span id="said" class="muted"></span><button id="end">End</button></div>'
    )


def _source(folder: Path) -> str:
    try:
        text = (folder / MODEL).read_text(encoding="utf-8")
    except OSError:
        return ""
    lines = plural(text.count("\n"), "line")
    return (
        f'<h2>Program</h2><details class="card"><summary>model.py, {lines}</summary>'
        f"<pre>{escape(text)}</pre></details>"
    )
