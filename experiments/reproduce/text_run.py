"""Table 2's training: which configurations, how far, in which order; stopped and resumed at the end of any epoch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tightcheck.experiments.reproduce import text_measure, text_train
from tightcheck.experiments.reproduce.frame import Request, circumstances
from tightcheck.experiments.reproduce.text_data import Corpus
from tightcheck.experiments.reproduce.text_likelihood import Documents
from tightcheck.experiments.reproduce.text_model import ENCODERS, Shape
from tightcheck.experiments.reproduce.text_span import residual
from tightcheck.experiments.reproduce.text_train import State

BITS = (64, 32, 16, 8)
DEPTHS = (0, 1, 2)
SHAPES = tuple(Shape(bits, depth) for depth in DEPTHS for bits in BITS)
"""Linear decoders and long codes first."""


@dataclass(frozen=True)
class Profile:
    """Epochs with 1 and then with 10 samples, for linear and for deep decoders."""

    linear: tuple[int, int]
    deep: tuple[int, int]

    def epochs(self, shape: Shape) -> int:
        """In all."""
        return sum(self.deep if shape.depth else self.linear)

    def samples(self, shape: Shape, epoch: int) -> int:
        """ARM's samples in the epoch of this number, from 0."""
        return 1 if epoch < (self.deep if shape.depth else self.linear)[0] else 10


PAPER = Profile((1000, 500), (1000, 500))
QUICK = Profile((36, 2), (9, 1))


def profile(request: Request) -> Profile:
    """The paper's epochs, or those that a CPU does within an hour."""
    return QUICK if request.is_quick else PAPER


def train(request: Request, corpora: tuple[Corpus, Corpus]) -> bool:
    """Trains all shapes, from their checkpoints on; False if the time of this slice ended first."""
    plan = profile(request)
    known, test = (Documents.of(corpus, request.device) for corpus in corpora)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("epochs"), TimeElapsedColumn()
    ) as progress:
        for shape in SHAPES:
            state, epochs = open_state(request, corpora[0], shape), plan.epochs(shape)
            task = progress.add_task(str(shape), total=epochs, completed=state.epoch)
            saved = time.monotonic()
            while state.epoch < epochs:
                if request.is_over():
                    keep(request, shape, state)
                    return False
                step(request, plan, shape, state, known, test)
                progress.update(task, completed=state.epoch)
                if time.monotonic() - saved > text_train.SAVED_EVERY or state.epoch == epochs:
                    keep(request, shape, state)
                    saved = time.monotonic()
            if not text_measure.measured(request, shape, state.epoch):
                text_measure.measure(request, shape, state, corpora)
    return True


def step(request: Request, plan: Profile, shape: Shape, state: State, known: Documents, test: Documents) -> None:
    """One epoch, with what is measured at its end."""
    begin, begin_busy = time.monotonic(), time.process_time()
    samples = plan.samples(shape, state.epoch)
    running = text_train.epoch(state, known, samples, request.seed)
    nelbo, divergence = text_train.evaluate(state.models, test, request.seed)
    spans = [residual(decoder, text_measure.some(test)) for decoder in state.models.decoders]
    state.history.append(
        {
            "samples": samples,
            "train": running,
            "test": nelbo,
            "divergence": divergence,
            "residual": [span.nats for span in spans],
            "residual_share": [span.share for span in spans],
            "seconds": time.monotonic() - begin,
            "busy_seconds": time.process_time() - begin_busy,
        }
    )


def open_state(request: Request, train: Corpus, shape: Shape) -> State:
    """The shape's models as its checkpoint left them, or untrained ones."""
    state = text_train.start(shape, train, torch.device(request.device), request.seed)
    saved = checkpoint(request, shape)
    if saved.exists():
        text_train.load(state, saved)
    return state


def checkpoint(request: Request, shape: Shape) -> Path:
    """The shape's checkpoint."""
    return request.store.checkpoints / f"text-{shape}.pt"


def keep(request: Request, shape: Shape, state: State) -> None:
    """Writes the checkpoint, and then the results that it stands for: a line per configuration; nothing before an epoch."""
    if not state.history:
        return
    text_train.save(state, checkpoint(request, shape))
    columns = ("train", "test", "divergence", "residual", "residual_share")
    request.store.write(
        f"text/{shape}",
        (
            {
                "bits": shape.bits,
                "depth": shape.depth,
                "encoder": encoder,
                "epochs": state.epoch,
                "epochs_planned": profile(request).epochs(shape),
                "batch": text_train.BATCH,
                "samples": [record["samples"] for record in state.history],
                "seconds_of_the_three": round(sum(record["seconds"] for record in state.history), 1),
                "busy_seconds_of_the_three": round(sum(record["busy_seconds"] for record in state.history), 1),
                **{column: [round(record[column][index], 4) for record in state.history] for column in columns},
                **circumstances(request),
            }
            for index, encoder in enumerate(ENCODERS)
        ),
    )
