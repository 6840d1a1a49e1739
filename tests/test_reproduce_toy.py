"""The four Gaussians: quadrature, the best factorised encoder, the recorded geometry, Fig. 1's three points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tightcheck.experiments.reproduce import toy, toy_pull, toy_search, toy_train  # noqa: E402
from tightcheck.experiments.reproduce.frame import Store  # noqa: E402
from tightcheck.experiments.reproduce.toy_model import (  # noqa: E402
    CODES,
    Mixture,
    best_factorised,
    best_factorised_training,
    bound,
    grid,
    joint_code,
)


def test_quadrature_gives_the_entropy_of_one_gaussian() -> None:
    """Four equal centres are one Gaussian: E log p = -log(2 pi e sigma^2)."""
    mixture = Mixture(np.zeros((4, 2)), 0.7)
    data = grid(mixture, 40)
    assert data.mean(mixture.log_density(data.points)) == pytest.approx(-np.log(2 * np.pi * np.e * 0.7**2), abs=1e-5)


def test_scaling_shifts_every_figure_by_the_same() -> None:
    shape = Mixture(np.array([[0.0, 0.0], [1.0, 2.0], [2.5, 0.0], [-1.0, 1.0]]), 1.0)
    one, other = (best_factorised_training(mixture, 24, 30).values() for mixture in (shape, shape.scaled(3.0)))
    assert np.array(one) - np.array(other) == pytest.approx(2 * np.log(3.0), abs=1e-6)


def test_an_independent_posterior_is_reached_exactly() -> None:
    """Centres at the corners of a rectangle: the two bits are two independent problems, and the ELBO is tight."""
    mixture = Mixture(np.array([[x, y] for x, y in CODES]) * [2.0, 1.5], 1.0)
    points = grid(mixture, 15).points
    q = joint_code(best_factorised(mixture.log_joint(points)))
    np.testing.assert_allclose(q, mixture.posterior(points), atol=1e-9)


def test_the_best_factorised_fit_beats_a_dense_grid_of_others() -> None:
    points = np.array([[0.2, 0.1], [-0.5, 0.3], [1.0, -0.2]])
    log_joint = toy.GEOMETRY.log_joint(points)
    best = bound(log_joint, best_factorised(log_joint))
    side = np.linspace(0.001, 0.999, 60)
    for first in side:
        for second in side:
            assert (bound(log_joint, np.broadcast_to([first, second], (3, 2))) <= best + 1e-9).all()


def test_the_recorded_geometry_has_the_papers_figures() -> None:
    figures = best_factorised_training(toy.GEOMETRY, 64).values()
    assert figures == pytest.approx(toy_search.PAPER, abs=toy_search.TOLERANCE + 0.0005)


def test_the_network_is_at_most_the_best_encoder_and_close_to_it() -> None:
    trained = toy_train.train(toy.GEOMETRY, seed=0, size=24, steps=(150, 50))
    limit = best_factorised_training(toy.GEOMETRY, 48)
    assert limit.bound_pretrained - 0.05 < trained.figures.bound_pretrained < limit.bound_pretrained + 1e-4
    assert trained.figures.bound_joint < trained.figures.log_likelihood_joint < trained.figures.log_likelihood


@pytest.mark.long
def test_the_search_finds_the_recorded_geometry() -> None:
    found = toy_search.find()
    np.testing.assert_array_equal(found.centres, toy.GEOMETRY.centres)
    assert found.sigma == toy.GEOMETRY.sigma


@pytest.mark.parametrize("theta", [[2.0, 1.5], [2.3, 0.6], [1.2, 1.9]])
def test_gradients_of_both_fields_are_derivatives(theta: list[float]) -> None:
    point, step = np.array(theta), 1e-4
    here = toy_pull.pull(point)
    for axis in (0, 1):
        shift = step * np.eye(2)[axis]
        up, down = toy_pull.pull(point + shift), toy_pull.pull(point - shift)
        assert here.likelihood_gradient[axis] == pytest.approx((up.likelihood - down.likelihood) / (2 * step), abs=1e-6)
        assert here.gap_gradient[axis] == pytest.approx((up.gap - down.gap) / (2 * step), abs=1e-6)


def test_the_gap_vanishes_on_the_axes_alone() -> None:
    assert toy_pull.pull(np.array([2.0, 0.0])).gap == pytest.approx(0, abs=1e-12)
    assert toy_pull.pull(np.array([0.0, 1.0])).gap == pytest.approx(0, abs=1e-12)
    assert toy_pull.pull(np.array([2.0, 0.3])).gap > 1e-3


def test_the_three_points_are_stationary_in_their_sense() -> None:
    points = toy_pull.stationary_points()
    star, prime, second = (toy_pull.pull(theta) for theta in vars(points).values())
    assert star.likelihood_gradient == pytest.approx([0, 0], abs=1e-9)
    assert prime.gap_gradient == pytest.approx([0, 0], abs=1e-9)
    assert prime.likelihood_gradient[0] == pytest.approx(0, abs=1e-4)
    assert second.bound_gradient == pytest.approx([0, 0], abs=1e-6)
    assert prime.likelihood < second.likelihood < star.likelihood
    assert star.bound < second.bound
    assert prime.bound < second.bound


def test_the_page_says_so_where_nothing_was_run(tmp_path: Path) -> None:
    assert toy.section(Store(tmp_path)) == ""
