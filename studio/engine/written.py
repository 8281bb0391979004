"""Written: what a network answers by itself, for metrics that judge that and not its next token.

In training a decoder reads the right answer so far. What it says without it, where each token goes
on from its own before, is what a translation is judged by: free-running, greedy decoding.

B = batch, T = steps.
"""

from collections.abc import Generator, Mapping, Sequence

import msgspec
import torch
from torch import Tensor

from studio.core.vocabulary import END
from studio.runs.spec import ScoreJob

from .averaging import Averages
from .build import Network
from .data.batches import Samples
from .data.split import Part
from .faults import BlockFault
from .language import NoLanguageError
from .probes.quiet import quietly
from .writer import Report, Wish, Writer

AT_ONCE = 64
"""Answers that are written between two looks at whether to stop."""

JUDGED: Part = "test"
"""The part that answers are written for: token by token they cost too much at every epoch."""

Scored = Mapping[str, tuple[Tensor, ...]]


class Written:
    """Writes answers for the metrics of a program that want them."""

    def __init__(self, network: Network, samples: Samples, jobs: Sequence[ScoreJob]) -> None:
        """Find out how the network writes, if any metric wants that.

        Raises:
            BlockFault: it answers no source, so that there is nothing to be judged.
        """
        self._network = network
        self._samples = samples
        self._jobs = tuple(jobs)
        wanting = next((job for job in jobs if job.written), None)
        self._writer = self._writer_for(wanting) if wanting else None

    def jobs(self, part: Part) -> tuple[ScoreJob, ...]:
        """Return the metrics that are told of a part; those of written answers of one part alone.

        They know the token at which an answer ends.
        """
        if part != JUDGED:
            return tuple(job for job in self._jobs if not job.written)
        return tuple(self._ending(job) if job.written else job for job in self._jobs)

    def answers(
        self, scored: Scored, inputs: Sequence[Tensor], part: Part, averages: Averages
    ) -> Generator[None, None, Scored]:
        """Return what metrics keep of a batch, with written answers; yields now and then."""
        wanting = [job.block for job in self._jobs if job.written]
        if part != JUDGED or self._writer is None:
            return {block: kept for block, kept in scored.items() if block not in wanting}
        said = []
        for begin in range(0, len(inputs[0]), AT_ONCE):
            rows = [column[begin : begin + AT_ONCE] for column in inputs]
            with quietly(self._network.module, self._samples.device), averages.shown():
                said.append(self._write(self._writer, rows))
            yield
        said_BT = torch.cat(said)
        return {
            block: (said_BT, *kept[1:]) if block in wanting else kept
            for block, kept in scored.items()
        }

    def _write(self, writer: Writer, inputs: Sequence[Tensor]) -> Tensor:
        """Return the likeliest answers, B×T; behind its end an answer says nothing but that."""
        assert writer.language.source is not None
        text_BT, source = inputs[writer.language.text], inputs[writer.language.source]
        begun_B1 = writer.begin(text_BT).expand(len(text_BT), 1)
        wish = Wish(tokens=text_BT.shape[1], temperature=0.0)
        steps = list(writer.write(begun_B1, wish, Report(), source))
        said_BT = torch.tensor(steps, device=text_BT.device).T
        last_B1 = said_BT[:, -1:]
        missing = text_BT.shape[1] - said_BT.shape[1]
        return torch.cat([said_BT, last_B1.expand(-1, missing)], dim=1)

    def _writer_for(self, job: ScoreJob) -> Writer:
        try:
            with quietly(self._network.module, self._samples.device):
                writer = Writer(self._network.module, self._samples.columns)
        except NoLanguageError as error:
            raise _fault(job, str(error)) from error
        if writer.language.source is None:
            raise _fault(job, "The network goes on with a text and answers none")
        return writer

    def _ending(self, job: ScoreJob) -> ScoreJob:
        assert self._writer is not None
        end = self._writer.words.number(END)
        if end is None or job.params.get("end", -1) != -1:
            return job
        return msgspec.structs.replace(job, params={**job.params, "end": end})


def _fault(job: ScoreJob, why: str) -> BlockFault:
    return BlockFault(
        f"{job.name} is to judge what the network writes by itself. {why}",
        block=job.block,
        hint="Switch written off, which judges each next token behind the right ones",
    )
