"""How a model is trained, and what a training gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from tightcheck.training.data import Data
from tightcheck.training.measure import Measured
from tightcheck.training.model import Model
from tightcheck.training.objective import Estimator


@dataclass(frozen=True)
class Settings:
    """How to train. `seeds` has one seed for each member; `seed` decides the batches and the noise of all.

    `estimator` None picks one by the design; `draws` are latent draws per example. `clip` bounds the norm of each
    member's gradient (None: not at all). `measure_every` epochs the gap and the span residual are measured (0: never).
    """

    epochs: int = 100
    batch: int = 100
    learning_rate: float = 1e-3
    seed: int = 0
    seeds: tuple[int, ...] = (0,)
    estimator: Estimator | None = None
    draws: int = 1
    clip: float | None = None
    device: str = "cpu"
    dtype: str = "float32"
    measure_every: int = 0


@dataclass
class Trained:
    """The model, what was measured at which epoch, and the objective of each epoch, one value for each member."""

    model: Model
    data: Data
    settings: Settings
    estimator: Estimator
    objectives: list[list[float]] = field(default_factory=list)
    measured: dict[int, Measured] = field(default_factory=dict)
