"""Text as it learns: what a network writes now and then, always on the same beginning and draws.

A network that predicts the next token goes on with the first half of a held-out text; one with an
encoder answers some held-out sources. What is right stands beside it.
"""

from collections.abc import Sequence
from time import perf_counter

import torch
from torch import Tensor

from studio.core.errors import ParamError
from studio.core.vocabulary import END
from studio.engine.language import NoLanguageError, text_inputs
from studio.engine.writer import Report, Wish, Writer
from studio.runs.events import Snapshot

from .probe import Options, Probe, ProbeSpec, Sight

TEMPERATURE = 0.8
_ANSWERS = 4
_BEGINNING, _MOST = 24, 64
_LONGEST_SECS = 0.3
"""How long the training thread may be held up by one look; the text is cut there."""


class TextProbe(Probe):
    """Tells what the network writes; or once, why it does not.

    Options: ``prompt`` (what a person wants to be gone on from, or answered).
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._module, self._samples = sight.network.module, sight.samples
        self._writer: Writer | None = None
        self._told = False
        self.prompt = ""
        self.refused = ""
        """Why this network does not write, as far as it is known."""
        try:
            text_inputs(sight.samples.columns)
        except NoLanguageError as error:
            self.refused = str(error)

    def set(self, options: Options) -> None:
        """Go on from this prompt from now on."""
        super().set(options)
        self.prompt = self.text("prompt")

    @property
    def blind(self) -> bool:
        """Whether it was said that this network does not write."""
        return self._told

    def between(self, step: int) -> list[Snapshot]:
        """Return what is written now, or why nothing is."""
        if self.refused:
            self._told = True
            return [_snapshot(step, "", {"refused": self.refused})]
        inputs, _ = self._samples.held(_ANSWERS)
        try:
            if self._writer is None:
                self._writer = Writer(self._module, self._samples.columns)
            if self.prompt:
                return [_snapshot(step, self.prompt, self._own(self._writer, inputs))]
            answers = self._writer.language.source is not None
            notes = (self._answers if answers else self._goes_on)(self._writer, inputs)
        except (NoLanguageError, ParamError) as error:
            self.refused = str(error)
            return self.between(step)
        return [_snapshot(step, "", notes)]

    def _own(self, writer: Writer, inputs: Sequence[Tensor]) -> dict[str, str]:
        """Return what is written on the prompt, or why it cannot be read."""
        place, text_BT = writer.language.source, inputs[writer.language.text]
        try:
            if place is None:
                begun = writer.prompt(self.prompt)
                (said,) = self._said(writer, begun, _drawn(_MOST), None)
                text = "".join(writer.words.pieces(said, behind=True))
                return {"prompt": self.prompt, "text": text}
            source = writer.source(self.prompt, before=writer.pads_before(inputs[place]))
        except ParamError as error:
            return {"unread": str(error)}
        wish = Wish(tokens=text_BT.shape[1], temperature=0.0)
        (said,) = self._said(writer, writer.begin(text_BT), wish, source)
        return {"source 1": self.prompt, "answer 1": writer.words.decode(said)}

    def _goes_on(self, writer: Writer, inputs: Sequence[Tensor]) -> dict[str, str]:
        text_1T = inputs[writer.language.text][:1]
        length = int((text_1T != writer.fill).sum()) if writer.fills else text_1T.shape[1]
        begun = max(1, min(_BEGINNING, length // 2))
        wish = _drawn(min(_MOST, text_1T.shape[1] - begun))
        (said,) = self._said(writer, text_1T[:, :begun], wish, None)
        right = text_1T[0, begun:length].tolist()
        return {
            "prompt": writer.words.decode(text_1T[0, :begun].tolist()),
            "text": "".join(writer.words.pieces(said, behind=True)),
            "right": "".join(writer.words.pieces(right, behind=True)),
        }

    def _answers(self, writer: Writer, inputs: Sequence[Tensor]) -> dict[str, str]:
        assert writer.language.source is not None
        source, text_BT = inputs[writer.language.source], inputs[writer.language.text]
        begun = writer.begin(text_BT).expand(len(text_BT), 1)
        wish = Wish(tokens=text_BT.shape[1], temperature=0.0)
        notes: dict[str, str] = {}
        for row, said in enumerate(self._said(writer, begun, wish, source)):
            number = row + 1
            if writer.source_words is not None:
                notes[f"source {number}"] = writer.source_words.decode(source[row].tolist())
            notes[f"answer {number}"] = writer.words.decode(said)
            notes[f"right {number}"] = writer.words.decode(text_BT[row, 1:].tolist())
        return notes

    def _said(
        self, writer: Writer, begun_BT: Tensor, wish: Wish, source: Tensor | None
    ) -> list[list[int]]:
        """Return what is written on each beginning, up to its end."""
        began = perf_counter()
        said: list[list[int]] = []
        for tokens in writer.write(begun_BT, wish, Report(), source):
            said.append(tokens)
            if perf_counter() - began > _LONGEST_SECS:
                break
        end = writer.words.number(END)
        texts = torch.tensor(said).T.tolist() if said else [[] for _ in begun_BT]
        return [text[: text.index(end)] if end in text else text for text in texts]


def _drawn(tokens: int) -> Wish:
    return Wish(tokens=tokens, temperature=TEMPERATURE)


def _snapshot(step: int, prompt: str, notes: dict[str, str]) -> Snapshot:
    return Snapshot(kind="text", block=prompt, step=step, arrays={}, notes=notes)


SPEC = ProbeSpec(id="text", title="What the network writes", make=TextProbe, per_sec=0.5)
