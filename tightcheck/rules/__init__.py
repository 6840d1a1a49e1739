"""The rules, in the order in which they are tried. They propose; only the kernel says yes.

A rule's file opens with its lemma. `propose(design, prior, zero)` yields steps of a certificate: a lemma's name and its
arguments. `zero` holds the entries of F that are known to vanish.
"""

from tightcheck.rules import (
    between,
    conjugation,
    contrast_member,
    counterexample,
    decoder_map,
    encoder_heads,
    encoder_network,
    explicit,
    features,
    gaussian_member,
    given,
    joint_density,
    member,
    normalisation,
    out_of_reach,
    prior_reach,
    rays,
    tight,
    variance,
)

ZERO_RULES = (
    encoder_heads,
    features,
    decoder_map,
    conjugation,
    normalisation,
    rays,
    encoder_network,
    variance,
    explicit,
    joint_density,
    given,
)
"""Rules that remove entries of F: what no consistent model can have."""

__all__ = [
    "ZERO_RULES",
    "between",
    "contrast_member",
    "counterexample",
    "explicit",
    "gaussian_member",
    "member",
    "out_of_reach",
    "prior_reach",
    "tight",
]
