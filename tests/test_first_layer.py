"""Which affine maps one hidden layer holds on R^n: at most half as many directions as it has units."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tightcheck.decide import decide
from tightcheck.kernel import Rejected
from tightcheck.kernel.out_of_reach import out_of_reach
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Verdict

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": lambda t: np.maximum(t, 0),
    "leaky_relu": lambda t: np.where(t > 0, t, t / 100),
    "softplus": lambda t: np.logaddexp(0, t),
    "silu": lambda t: t / (1 + np.exp(-t)),
    "tanh": np.tanh,
    "elu": lambda t: np.where(t > 0, t, np.expm1(np.minimum(t, 0))),
}
DESIGN = """
encoder:
  latent: {{family: gaussian, dim: {latents}, covariance: full}}
  map: {{kind: mlp, hidden: {hidden}, activation: {activation}}}
  output: [mean, covariance: {{learned: shared}}]
decoder:
  observed: {{family: gaussian, dim: 4, covariance: {{fixed: 1}}}}
  map: affine
  output: mean
  prior: standard_normal
"""


def rank_of_affine_outputs(units: np.ndarray, points: np.ndarray) -> int:
    """The dimension of the linear parts of all affine functions in the span of the units and 1; `units` is n_points x h."""
    basis = np.column_stack([np.ones(len(points)), points])
    residual = units - basis @ np.linalg.lstsq(basis, units, rcond=None)[0]
    _, sizes, directions = np.linalg.svd(residual, full_matrices=True)
    affine = directions[np.concatenate([sizes, np.zeros(units.shape[1] - len(sizes))]) < 1e-9 * len(points)].T
    slopes = np.linalg.lstsq(basis, units @ affine, rcond=None)[0][1:]
    return int(np.linalg.matrix_rank(slopes, tol=1e-6)) if slopes.size else 0


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(8))
def test_affine_outputs_have_rank_half_the_width(name: str, seed: int) -> None:
    """Weights are parallel, opposite, equal or random; pairs t and -t are the best that there is."""
    random = np.random.default_rng(seed)
    n, h = int(random.integers(1, 4)), int(random.integers(1, 7))
    weights = random.normal(size=(h, n))
    for k in range(1, h):
        if random.random() < 0.6:
            weights[k] = random.choice([-1.0, 1.0, 2.0]) * weights[random.integers(k)]
    biases = np.where(random.random(h) < 0.7, 0, random.normal(size=h))
    points = 4 * random.normal(size=(400, n))
    assert rank_of_affine_outputs(ACTIVATIONS[name](points @ weights.T + biases), points) <= h // 2


def test_pairs_reach_that_rank() -> None:
    """softplus(t) - softplus(-t) = t."""
    points = np.random.default_rng(1).normal(size=(200, 2))
    units = ACTIVATIONS["softplus"](points @ np.array([[1, 0], [-1, 0], [0, 1], [0, -1.0]]).T)
    assert rank_of_affine_outputs(units, points) == 2


@pytest.mark.parametrize(
    ("latents", "hidden", "activation", "verdict"),
    [
        (2, "[3]", "gelu", Verdict.RESTRICTED),
        (2, "[4]", "gelu", Verdict.TIGHT),
        (3, "[5]", "silu", Verdict.RESTRICTED),
        (2, "[3]", "elu", None),
        (2, "[3, 3]", "gelu", None),
        (2, "[2]", "identity", Verdict.TIGHT),
    ],
)
def test_designs_on_both_sides(
    latents: int, hidden: str, activation: str, verdict: Verdict | None, tmp_path: Path
) -> None:
    """2 r units suffice where a(t) and a(-t) combine to t, 2 r - 1 in one layer do not; two layers are not looked at."""
    file = tmp_path / "design.yaml"
    file.write_text(DESIGN.format(latents=latents, hidden=hidden, activation=activation))
    design = read_design(str(file))
    found = decide(design, "declared").verdict
    assert found is verdict if verdict is not None else found in (Verdict.UNDECIDED, Verdict.RESTRICTED)
    if hidden in ("[3, 3]", "[2]"):
        with pytest.raises(Rejected):
            out_of_reach(
                design, "declared", {"lemma": "out_of_reach", "reason": "rank", "latent": "z", "observed": "x"}
            )
