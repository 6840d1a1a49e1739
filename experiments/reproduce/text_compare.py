"""Without sampling: the paper's encoders and the tight one, under the declared and the implied prior, at few bits."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor

from tightcheck.experiments.reproduce import text_enumerated, text_train
from tightcheck.experiments.reproduce.frame import Request, circumstances
from tightcheck.experiments.reproduce.text_data import Corpus
from tightcheck.experiments.reproduce.text_enumerated import Design, Model
from tightcheck.experiments.reproduce.text_exact import Gap
from tightcheck.experiments.reproduce.text_likelihood import Documents
from tightcheck.experiments.reproduce.text_measure import some
from tightcheck.experiments.reproduce.text_model import Shape
from tightcheck.numeric.memory import keep_freed_memory

QUICK = ((Shape(8, 0), 24), (Shape(16, 0), 2))
FULL = ((Shape(8, 0), 400), (Shape(8, 1), 400), (Shape(8, 2), 400), (Shape(16, 0), 400))
"""Shapes and epochs."""

TABLE_ENTRIES = 2**22
"""Of the tables over documents and codes in which test documents are measured."""

LARGEST_BATCH = 1024


@dataclass
class Run:
    """One design in training."""

    model: Model
    optimiser: torch.optim.Adam
    history: list[dict[str, Any]]


def train(request: Request, corpora: tuple[Corpus, Corpus]) -> bool:
    """Trains every design from its checkpoint on; False if the time ended first."""
    data, test = (Documents.of(corpus, request.device) for corpus in corpora)
    plan = [
        (design, epochs)
        for shape, epochs in (QUICK if request.is_quick else FULL)
        for design in text_enumerated.designs(shape)
    ]
    with Progress() as progress:
        task = progress.add_task("without sampling", total=sum(epochs for _, epochs in plan))
        for design, epochs in plan:
            run = _opened(request, design, text_train.frequencies(corpora[0]))
            progress.advance(task, len(run.history))
            saved = time.monotonic()
            while len(run.history) < epochs:
                if request.is_over():
                    _keep(request, design, run)
                    return False
                _epoch(request, run, data, test)
                progress.advance(task)
                if time.monotonic() - saved > text_train.SAVED_EVERY:
                    _keep(request, design, run)
                    saved = time.monotonic()
            _keep(request, design, run, run.model.gap(some(test)))
    return True


def _opened(request: Request, design: Design, frequencies: Tensor) -> Run:
    model = Model(design, frequencies, request.seed).to(request.device)
    run = Run(model, torch.optim.Adam(model.parameters(), text_train.LEARNING_RATE, fused=True), [])
    saved = request.store.checkpoints / f"text-{design}.pt"
    if saved.exists():
        run.history = text_train.restore(run.model, run.optimiser, saved)
    return run


def _keep(request: Request, design: Design, run: Run, gap: Gap | None = None) -> None:
    if not run.history:
        return
    text_train.preserve(run.model, run.optimiser, run.history, request.store.checkpoints / f"text-{design}.pt")
    columns = [name for name in run.history[0] if name != "seconds"]
    record = {
        "bits": design.shape.bits,
        "depth": design.shape.depth,
        "prior": design.prior,
        "encoder": design.encoder,
        "epochs": len(run.history),
        "batch": text_train.BATCH,
        "seconds": round(sum(each["seconds"] for each in run.history), 1),
        **{name: [round(each[name], 4) for each in run.history] for name in columns},
        **({} if gap is None else gap.record()),
        **circumstances(request),
    }
    request.store.write(f"text-enumerated/{design}", [record])


def _epoch(request: Request, run: Run, data: Documents, test: Documents) -> None:
    begin = time.monotonic()
    total = torch.zeros((), dtype=torch.float64, device=data.device)
    seed = int(np.random.SeedSequence([request.seed, len(run.history)]).generate_state(1)[0])
    keep_freed_memory()
    with text_train.fast_products(data.device):
        for batch in data.shuffled(text_train.BATCH, seed):
            bound = run.model(batch)
            run.optimiser.zero_grad()
            (-bound.mean()).backward()
            run.optimiser.step()
            total += (bound.detach() + batch.log_base_measure).sum()
    bounds, evidence = _measured(run.model, test)
    span = run.model.residual(some(test))
    run.history.append(
        {
            "train_elbo": float(total) / len(data),
            "test_elbo": bounds,
            "test_log_likelihood": evidence,
            "residual": span.nats,
            "residual_share": span.share,
            "seconds": time.monotonic() - begin,
        }
    )


@torch.no_grad()
def _measured(model: Model, test: Documents) -> tuple[float, float]:
    """The means of the ELBO and of log p(x)."""
    codes, total = model.codes(), torch.zeros(2, dtype=torch.float64, device=test.device)
    for batch in test.ordered(min(TABLE_ENTRIES // len(codes.partition), LARGEST_BATCH)):
        values = torch.stack([model.bounds(batch, codes), model.evidence(batch, codes)])
        total += (values + batch.log_base_measure).sum(1)
    bounds, evidence = (total / len(test)).tolist()
    return bounds, evidence
