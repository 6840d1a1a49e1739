"""The consistent set cannot be enlarged by deeper encoders."""

from __future__ import annotations

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Four counts with one word each, shown as counts and as their squares: an affine map of the squares is no affine map."""
    counts = (0, 1, 2, 3)
    seen = {n: n * n for n in counts}
    slopes = {(seen[n + 1] - seen[n]) for n in counts[:-1]}
    assert len(slopes) > 1
    return ("shown x^2 instead of x, affine maps miss g*(x) = x, and one hidden layer brings it back",)


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
