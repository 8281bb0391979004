"""OwnData: a person's own files, looked into by the engine, kept as columns in the experiment."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from studio.core.catalog import Catalog
from studio.core.errors import FileError
from studio.core.experiment import Choice, Data, Experiment
from studio.core.fields import FieldKind
from studio.core.params import Value, complete
from studio.core.recipes import Source
from studio.core.signal import Signal
from studio.runs.questions import Answer, Examine, Examined, Inspect, Inspected

from .notices import Notice, Notices, capital
from .own_edits import kept_roles, take_fields
from .session import TrainingSession
from .starters import data_of, starter, task_words
from .workspace import Workspace

Adopt = Callable[[Experiment], None]


def source_for(path: Path, catalog: Catalog) -> Source | None:
    """Return the source that reads a file of this name, or a folder; None where there is none."""
    if path.is_dir():
        return next((one for one in catalog.sources.values() if "/" in one.endings), None)
    name = path.name.lower()
    fitting = [
        (len(ending), one)
        for one in catalog.sources.values()
        for ending in one.endings
        if name.endswith(ending)
    ]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def expected_source(path: Path, catalog: Catalog) -> Source:
    """Return the source that reads a file of this name.

    Raises:
        FileError: there is none, or no such file.
    """
    if not path.exists():
        raise FileError(f"{path}: there is no such file")
    source = source_for(path, catalog)
    if source is None:
        raise FileError(
            f"{path.name}: expected a table (CSV, TSV, Parquet, JSONL), NumPy arrays, a text or a "
            "folder of pictures"
        )
    return source


class OwnData:
    """Opens files as experiments and reads them again; every answer comes from the engine."""

    def __init__(self, workspace: Workspace, session: TrainingSession, notices: Notices) -> None:
        self.inspected: Signal[Inspected] = Signal()
        self.reading: Signal[str] = Signal()
        """The name of the file that is looked into; empty when that is done."""
        self._workspace = workspace
        self._session = session
        self._notices = notices
        self._asked: dict[int, Callable[[Examined], None]] = {}
        self._inspecting = 0
        self._news: Notice | None = None
        session.answered.connect(self._on_answer)

    @property
    def is_open(self) -> bool:
        """Whether the experiment's data are a person's own."""
        source = self._workspace.catalog.sources.get(self._data.source.kind)
        return source is not None and bool(source.examine)

    @property
    def folder(self) -> Path | None:
        """Where the data of the experiment lie; None where they are not a person's own."""
        path = Path(str(self._data.source.params.get("path", "") or "."))
        return path.parent if self.is_open and path.parent.is_dir() else None

    def open(self, path: Path, adopt: Adopt) -> None:
        """Look into a file, and adopt an experiment on it when the engine has answered.

        Raises:
            FileError: nothing reads such a file.
        """
        self.open_as(expected_source(path, self._workspace.catalog), path, adopt)

    def open_as(self, source: Source, path: Path, adopt: Adopt) -> None:
        """Look into a file with this source, and adopt an experiment on it."""

        def begin(found: Examined) -> None:
            words = f"{path.name}: {task_words(found.fields)}"
            self._news = self._notices.say(words, details=_told(found))
            adopt(starter(found, source, path, self._workspace.catalog))

        self._examine(source, at_path(source, path), begin)

    def forget_news(self) -> None:
        """Take away what was said on opening: whoever looks at the data sees it."""
        if self._news is not None:
            self._notices.dismiss(self._news)
            self._news = None

    def take_file(self, path: Path, source: Source | None = None) -> None:
        """Take another file as the data of this experiment, as one step of undo."""
        known = self._workspace.catalog.sources.get(self._data.source.kind)
        chosen = source or source_for(path, self._workspace.catalog) or known
        if chosen is None or not chosen.examine:
            self._notices.say(f"{path.name}: there is no source that reads it", "warning")
            return
        same = chosen is known
        params = dict(self._data.source.params) if same else {}
        choice = Choice(chosen.id, {**params, "path": str(path)})
        self._read(chosen, choice, f"Take {path.name}", keep=same)

    def read_again(self, kinds: dict[str, FieldKind] | None = None) -> None:
        """Look into the file once more, with its settings or some kinds of columns changed."""
        source = self._workspace.catalog.sources.get(self._data.source.kind)
        if source is not None and source.examine and self._data.source.params.get("path"):
            label = "Change a column" if kinds else "Read the file again"
            self._read(source, self._data.source, label, keep=True, kinds=kinds)

    def inspect(self) -> None:
        """Ask what can be said of the data, column by column; ``inspected`` tells it.

        Raises:
            CompileError: no data are chosen.
        """
        from studio.compile.data import plan_data

        job = plan_data(self._data, self._workspace.catalog)
        self._inspecting = self._session.ask(Inspect(request=0, data=job))

    @property
    def _data(self) -> Data:
        return self._workspace.document.experiment.data

    def _read(
        self,
        source: Source,
        choice: Choice,
        label: str,
        *,
        keep: bool,
        kinds: dict[str, FieldKind] | None = None,
    ) -> None:
        path = Path(str(choice.params.get("path", "")))

        def take(found: Examined) -> None:
            experiment = self._workspace.document.experiment
            if keep and experiment.data.source.kind != source.id:
                return  # other data were chosen meanwhile
            known = experiment.data.fields if keep else ()
            fields = kept_roles(found.fields, known)
            params: dict[str, Value] = {**found.params, **choice.params, "path": str(path)}
            data = replace(experiment.data, source=Choice(source.id, params), fields=fields)
            if not keep:
                data = data_of(found, source, path)
            changed = replace(experiment, data=data)
            edit = take_fields(changed, data.fields, self._workspace.catalog, label)
            self._workspace.apply(edit)
            for note in found.notes:
                self._notices.say(capital(note))

        known_kinds = {one.name: one.kind for one in self._data.fields} if keep else {}
        asked = {**known_kinds, **kinds} if kinds else {}
        self._examine(source, complete(source.params, choice.params), take, asked)

    def _examine(
        self,
        source: Source,
        params: Mapping[str, Value],
        then: Callable[[Examined], None],
        kinds: dict[str, FieldKind] | None = None,
    ) -> None:
        path = Path(str(params.get("path", "")))
        question = Examine(
            request=0,
            title=source.title,
            examine=source.examine,
            params=complete(source.params, params),
            kinds=dict(kinds or {}),
        )
        self._asked[self._session.ask(question)] = then
        self.reading.tell(path.name)

    def _on_answer(self, answer: Answer) -> None:
        if isinstance(answer, Inspected) and answer.request == self._inspecting:
            self.inspected.tell(answer)
        if not isinstance(answer, Examined) or answer.request not in self._asked:
            return
        then = self._asked.pop(answer.request)
        self.reading.tell("")
        if answer.error:
            self._notices.say(capital(answer.error), "warning")
        else:
            then(answer)


def filters(catalog: Catalog, kind: str = "") -> str:
    """Return the kinds of files that a dialog offers: those of one source, or all, then each."""
    known = [
        one
        for one in catalog.sources.values()
        if one.examine and one.endings and "/" not in one.endings and kind in ("", one.id)
    ]
    rows = [f"{one.title} ({_patterns(one)})" for one in known]
    if len(known) > 1:
        rows.insert(0, f"All data ({' '.join(map(_patterns, known))})")
    return ";;".join(rows)


def _patterns(source: Source) -> str:
    return " ".join(f"*{ending}" for ending in source.endings)


def at_path(source: Source, path: Path) -> dict[str, Value]:
    """Return the parameters under which a source reads a file, all others as they are."""
    return {**complete(source.params, {}), "path": str(path)}


def _told(found: Examined) -> str:
    rows = f"{found.rows:,} rows" if found.exact else f"about {found.rows:,} rows"
    return "\n".join([rows, *map(capital, found.notes)])
