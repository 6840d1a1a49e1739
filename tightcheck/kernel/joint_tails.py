"""Whether exp of a germ is integrable towards infinity: against 1/t, 1/(t log t), 1/(t log t log log t). Lemma `joint`, (f)."""

from __future__ import annotations

from tightcheck.kernel.joint_germs import FLAT, LOG, LOG_LOG, Germ, compare, plus, settled
from tightcheck.kernel.joint_numbers import ONE, Signs, Unreached


def is_integrable(germ: Germ, signs: Signs) -> bool:
    """Whether exp(germ) is integrable over t (summable over a lattice) near infinity: against 1/t, 1/(t log t), ...

    A bounded remainder does not matter; beyond log log t the integral of 1/(t log t ...) diverges.
    """
    for layer in (LOG, LOG_LOG):
        germ = settled(_unbounded(plus([germ, Germ(((layer, ONE),))], signs), signs), signs)
        if not germ.terms:
            if germ.error is not None and compare(germ.error, FLAT, signs) > 0:
                raise Unreached("terms cancel beyond the orders kept")
            return False
        key, factor = germ.terms[0]
        if layer == LOG_LOG or compare(key, LOG, signs) >= 0:
            return signs.sign(factor) < 0
    raise AssertionError


def _unbounded(germ: Germ, signs: Signs) -> Germ:
    return Germ(tuple(term for term in germ.terms if compare(term[0], FLAT, signs) > 0), germ.error)


__all__ = ["is_integrable"]
