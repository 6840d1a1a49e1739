"""The training loop: Adam, one program for all members, resumable at every epoch with the same result to the last bit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tightcheck import serial
from tightcheck.design import Design
from tightcheck.training.checkpoint import Checkpoint, Log
from tightcheck.training.data import Data
from tightcheck.training.measure import measure
from tightcheck.training.model import Model
from tightcheck.training.objective import check_estimator, default_estimator, objective, seeded_draws
from tightcheck.training.trained import Settings, Trained

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def why_no_device(device: str) -> str:
    """Why nothing can be put on the device; empty if it can."""
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, ValueError) as error:
        return str(error).splitlines()[0][:120]
    return ""


def build(designs: Sequence[Design], data: Data, settings: Settings) -> Model:
    """The model of the designs with fresh parameters, on the device of the settings; features have seen the data."""
    widths = {name: data.arrays[name].shape[-1] for name in designs[0].covariates}
    texts = [block.name for block in designs[0].observed if block.length == "depends_on_z"]
    model = Model(designs, settings.seeds, widths, {name: data.lengths(name) for name in texts})
    model.see({name: array.to("cpu", torch.float64) for name, array in data.arrays.items()})
    return model.to(settings.device, DTYPES[settings.dtype])


def fit(
    designs: Design | Sequence[Design],
    data: Data,
    settings: Settings = Settings(),
    folder: Path | None = None,
    is_resumed: bool = False,
    prepare: Callable[[Model], None] | None = None,
    report: Callable[[int, Trained], None] | None = None,
) -> Trained:
    """Trains one design for each seed, or each of the designs with its seed, as one batched program.

    `folder` keeps a checkpoint and a log; with `is_resumed` training goes on from them and ends with the parameters that
    it would have had without the interruption. `prepare` may set parameters before the first epoch; `report` is called
    after each. Raises Untrainable, DataError, and ValueError for designs of different shapes.
    """
    members = _members(designs, settings)
    model = build(members, data, settings)
    if prepare is not None:
        prepare(model)
    here = data.to(settings.device, DTYPES[settings.dtype])
    estimator = settings.estimator or default_estimator(model, here.batch(torch.arange(1, device=settings.device)))
    check_estimator(model, estimator, here.batch(torch.arange(1, device=settings.device)))
    trained = Trained(model, here, settings, estimator)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    keeper = None if folder is None else Checkpoint(folder, _identity(members, data, settings))
    first = 0 if keeper is None else keeper.start(model, optimizer, trained, is_resumed)
    log = None if folder is None else Log(folder, first)
    if first == 0 and settings.measure_every:
        trained.measured[0] = measure(model, here, settings.seed)
    for epoch in range(first + 1, settings.epochs + 1):
        start = time.perf_counter()
        trained.objectives.append(_epoch(trained, optimizer, epoch))
        if settings.measure_every and (epoch % settings.measure_every == 0 or epoch == settings.epochs):
            trained.measured[epoch] = measure(model, here, settings.seed)
        if log is not None:
            log.append(_line(trained, epoch, time.perf_counter() - start))
        if keeper is not None:
            keeper.keep(epoch, model, optimizer, trained, is_last=epoch == settings.epochs)
        if report is not None:
            report(epoch, trained)
    model.eval()
    return trained


def _members(designs: Design | Sequence[Design], settings: Settings) -> list[Design]:
    """The design of each seed. Raises ValueError for another number of designs than seeds."""
    members = [designs] * len(settings.seeds) if isinstance(designs, Design) else list(designs)
    if len(members) != len(settings.seeds):
        raise ValueError(f"there are {len(members)} designs and {len(settings.seeds)} seeds; give one seed for each.")
    return members


def _epoch(trained: Trained, optimizer: torch.optim.Optimizer, epoch: int) -> list[float]:
    """One pass over the examples in a new order; the objective of each member, averaged over the examples."""
    model, settings = trained.model, trained.settings
    model.train()
    count = len(trained.data)
    totals = torch.zeros(model.members, device=settings.device, dtype=torch.float64)
    with seeded_draws(settings.seed * 1_000_003 + epoch, torch.device(settings.device)):
        order = torch.randperm(count).to(settings.device)
        for rows in order.split(settings.batch):
            values = objective(model, trained.data.batch(rows), trained.estimator, settings.draws)
            optimizer.zero_grad(set_to_none=True)
            (-values.mean(-1).sum()).backward()
            if settings.clip is not None:
                _clip(list(model.parameters()), settings.clip)
            optimizer.step()
            totals += values.detach().sum(-1)
    return [float(value) for value in totals / count]


def _clip(parameters: Sequence[Tensor], largest: float) -> None:
    """Scales the gradient of each member to at most this norm; the first axis of every parameter is the member's."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    squares = torch.stack([(g**2).flatten(1).sum(1) for g in gradients]).sum(0)
    scale = (largest / squares.sqrt().clamp(min=largest)).to(gradients[0])
    for gradient in gradients:
        gradient *= scale.reshape(-1, *(1,) * (gradient.ndim - 1))


def _line(trained: Trained, epoch: int, seconds: float) -> dict[str, Any]:
    """What the log says of an epoch."""
    line: dict[str, Any] = {"epoch": epoch, "objective": trained.objectives[-1], "seconds": round(seconds, 6)}
    if epoch in trained.measured:
        line |= {name: value for name, value in asdict(trained.measured[epoch]).items() if value is not None}
    return line


def _identity(designs: Sequence[Design], data: Data, settings: Settings) -> Mapping[str, Any]:
    """What must be the same for a resumed training: all but how long it lasts and where it runs."""
    kept = {k: v for k, v in asdict(settings).items() if k not in ("epochs", "device", "measure_every")}
    normalised = [json.dumps(serial.normalised(design), sort_keys=True) for design in designs]
    return {"designs": normalised, "data": data.fingerprint(), "settings": json.dumps(kept, sort_keys=True)}
