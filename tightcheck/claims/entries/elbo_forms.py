"""Equations (1a) and (1b) are equal."""

from __future__ import annotations

from fractions import Fraction

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.logarithms import divergence, log, total


def check() -> tuple[str, ...]:
    """Both forms on a model of two x and three z, in exact logarithms."""
    joint = {
        0: (Fraction(1, 12), Fraction(2, 12), Fraction(1, 12)),
        1: (Fraction(3, 12), Fraction(1, 12), Fraction(4, 12)),
    }
    q = {0: (Fraction(1, 5), Fraction(3, 5), Fraction(1, 5)), 1: (Fraction(1, 3), Fraction(1, 6), Fraction(1, 2))}
    data = {0: Fraction(2, 7), 1: Fraction(5, 7)}
    prior = tuple(sum((joint[x][z] for x in joint), Fraction(0)) for z in range(3))
    evidence = {x: sum(joint[x]) for x in joint}
    first = total(
        [
            data[x] * (total([q[x][z] * log(joint[x][z] / prior[z]) for z in range(3)]) - divergence(q[x], prior))
            for x in q
        ]
    )
    posterior = {x: tuple(value / evidence[x] for value in joint[x]) for x in joint}
    second = total([data[x] * (log(evidence[x]) - divergence(q[x], posterior[x])) for x in q])
    assert first == second
    return (f"both forms are {float(first):.6f} nats, equal as sums of logarithms of primes",)


CLAIM = Claim(
    order=1,
    title="two forms of the ELBO",
    where="section 1, equations (1a) and (1b)",
    says="E[E_q log p(x|z) - KL(q(z|x) || p(z))] = L - E[KL(q(z|x) || p(z|x))].",
    status=Status.HOLDS,
    because=(
        "Both are E_q log p(x,z) - E_q log q(z|x), by p(x|z) p(z) = p(z|x) p(x). It needs the expectations to"
        " exist: q(z|x) absolutely continuous with respect to p(z), and no difference of infinities, which "
        "positive densities of the families with finite KL give."
    ),
    check=check,
)
