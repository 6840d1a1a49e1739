"""The consistent set cannot be enlarged by deeper encoders."""

from __future__ import annotations

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.verdicts import example, verdict, with_encoder
from tightcheck.design import Map
from tightcheck.verdict import Verdict

DEEP = Map("mlp", hidden=(512, 512), activation="relu")


def check() -> tuple[str, ...]:
    """The kernel on published designs with deeper encoders, and features that hide the affine family."""
    for name, word in (("sigmoid-belief-net", Verdict.RESTRICTED), ("text-vae-counts", Verdict.RESTRICTED)):
        design = example(name)
        assert verdict(design) is verdict(with_encoder(design, DEEP)) is word
    frequencies = example("text-vae-frequencies")
    assert verdict(frequencies) is verdict(with_encoder(frequencies, Map("affine"))) is Verdict.COLLAPSE
    squares = {n: n * n for n in (0, 1, 2, 3)}
    assert len({squares[n + 1] - squares[n] for n in (0, 1, 2)}) > 1
    return (
        "with affine and deep encoders alike: belief nets and text VAEs on counts restricted, text VAEs on frequencies collapse",
        "shown x^2 instead of x, affine maps miss g*(x) = x on 0, 1, 2, 3, and a hidden layer brings it back",
    )


CLAIM = Claim(
    order=4.1,
    title="deeper encoders do not enlarge the consistent set",
    where="section 3, after Corollary 1; abstract; section 5",
    says=(
        "The consistent set cannot be enlarged by more complex encoder networks as long as the affine family "
        "W nu_e(x) can be represented and the encoder's statistics stay as they are."
    ),
    status=Status.HOLDS,
    because=(
        "The exact encoder of a consistent model is F' nu(x) + c and, for minimal psi, nothing else "
        "(criterion.exact_encoder_is_unique). So a class that holds these maps reaches every model whose "
        "posterior is in the family. The condition is about the map from what the encoder is shown to its "
        "natural parameters: with features other than nu, or with heads (mean, log-variance) where V is not "
        "0, affine networks do not hold the affine family and depth does enlarge the set."
    ),
    check=check,
    proof="criterion.exact_encoder_is_unique",
)
