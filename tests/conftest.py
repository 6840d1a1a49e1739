"""What several tests share. Tests marked `long` run when asked for: `python -m pytest -m long`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tightcheck.design import Place
from tightcheck.verdict import Analysis, Answer, Condition, Joint, Lossless, Suggestion, Verdict

FREQUENCIES = Place("encoder.yaml", 3, "features: frequencies")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: thousands of examples; run with -m long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Small tensors: threads would only wait for each other."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def analysis() -> Analysis:
    """The paper's Example 3, written out by hand: every part of a report has something to say."""
    declared = Answer(
        verdict=Verdict.COLLAPSE,
        reason="The exact encoder is W'x + b, and no function of x/l equals it for two lengths unless W = 0.",
        conditions=(
            Condition("C1", "restricts", "log softmax f(z) is affine in z."),
            Condition("C2", "restricts", "log sum_k exp(a_k + w_k z) is affine on {0,1}^64."),
            Condition(
                "C3", "fails", "Frequencies lose l, and W'x = l W'(x/l).", ("W = 0",), term="x/l", place=FREQUENCIES
            ),
            Condition("C4", "holds", "The latent space is finite."),
        ),
        constraints=("W = 0", "f(z) = a"),
        remaining="9999 logits of one distribution over words",
        blocks={"z": "z collapses: no model in S depends on it"},
        lossless=Lossless.NO,
        lossless_reason="two word distributions mixed are not one",
        certificate={"format": 1, "prior": "declared", "verdict": "collapse", "design": {"decoder": []}, "steps": []},
        trace=(("tight", "C3 fails"), ("features", "fired")),
    )
    implied = Answer(verdict=Verdict.RESTRICTED, reason="made up to differ", constraints=("V = 0",))
    joint = Joint(
        name="replicated softmax",
        formula="p(x, z) ∝ h(x) exp(x' W z + a' x + b' z)",
        latex=r"p(x, z) \propto h(x)\, \exp\bigl(x^\top W\, z + a^\top x + b^\top z\bigr)",
        blocks=(("x", "z", "W, 10000 x 64"), ("x", "1", "a, 10000"), ("1", "z", "b, 64")),
        decoder="f = W z + a  (natural parameter of x)",
        encoder="g = W' x + b  (natural parameter of z)\nprobs = 1/(1 + exp(-(W' x + b))), coordinate by coordinate",
        marginal_x="p(x) ∝ exp(a' x) prod_j (1 + exp((W' x + b)_j))",
        integrates="always: both sides are finite",
    )
    return Analysis(
        declared=declared,
        implied=implied,
        joint=joint,
        encoder_map="g*(x) = W'x + b",
        implied_prior="p(z) ∝ exp(b'z) sum_l p(l) (sum_k exp((W z + a)_k))^l",
        suggestions=(
            Suggestion("Show the encoder the counts: `features: counts`", "restricted", "features", FREQUENCIES),
        ),
        remarks=("The inverse document frequency is an invertible diagonal map.",),
    )
