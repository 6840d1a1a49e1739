"""When the joint (7) is a density (C4 under the implied prior), for the pairs where this is known exactly."""

from __future__ import annotations

from tightcheck.joint.form import Form
from tightcheck.joint.kinds import covariance, kind
from tightcheck.joint.parts import Part


def condition(form: Form) -> str:
    """The condition in words; empty where none is known."""
    for part in form.parts:
        if part.length is not None:
            return _random_length(form, part)
    for summed, side, name in ((form.latent, form.observed, "f"), (form.observed, form.latent, "g")):
        if all(part.is_finite for part in summed):
            return _finite_side(summed, side, name)
    if len(form.parts) != 2:
        return ""
    return _known_pair(form)


def _random_length(form: Form, part: Part) -> str:
    """Counts whose total is random: p(x | z) is normalised where the word probabilities add up to 1."""
    latent = ", ".join(other.name for other in form.latent)
    if not all(other.is_finite for other in form.latent):
        return ""
    if part.length == "random":
        return f"iff sum_k exp(f_k({latent})) = 1 for every {latent}"
    return f"iff sum_l w(l) (sum_k exp(f_k({latent})))^l is finite for every {latent}"


def _finite_side(summed: tuple[Part, ...], side: tuple[Part, ...], name: str) -> str:
    """A finite side: the joint integrates iff every one of its values gives a proper conditional of the other side."""
    if all(not part.natural_domain for part in side):
        return "always"
    variables = ", ".join(part.name for part in summed)
    corner = _corner(summed, side, name)
    return f"iff {name}({variables}) is in the natural domain for every {variables}" + (f": {corner}" if corner else "")


def _corner(summed: tuple[Part, ...], side: tuple[Part, ...], name: str) -> str:
    """Binary values against diagonal Gaussians: the worst corner of the cube. V has a row for every x_i."""
    if len(summed) != 1 or len(side) != 1 or (kind(summed[0]), kind(side[0])) != ("binary", "gaussian"):
        return ""
    low, high = (point[0] for point in summed[0].family.support.points)
    worst = {(0, 1): "max(V_ij, 0)", (-1, 1): "|V_ij|"}.get((int(low), int(high)))
    if not worst:
        return ""
    return f"(a_2)_i + sum_j {worst} < 0 for every i" if name == "f" else f"c_j + sum_i {worst} < 0 for every j"


def _known_pair(form: Form) -> str:
    """Two infinite blocks; W, V and the margins are named the same way in both orders of the pair."""
    (x,), (z,) = form.observed, form.latent
    kinds = kind(x), kind(z)
    if kinds == ("exponential", "exponential"):
        return "iff a < 0, b < 0 and W <= 0" if x.block.copies == z.block.copies == 1 else ""
    if kinds == ("poisson", "poisson"):
        return "iff every entry of W is <= 0"
    if set(kinds) == {"gaussian_known_variance", "poisson"}:
        return "iff W = 0"
    if set(kinds) == {"gaussian", "poisson"}:
        margin = "c" if kinds[1] == "gaussian" else "a_2"
        return f"iff V <= 0, {margin} < 0, and W_ij != 0 only where V_ij < 0"
    return _gaussian_pair(x, z)


def _gaussian_pair(x: Part, z: Part) -> str:
    """One side with known covariance S: the joint is Gaussian, and the Schur complement must be positive definite."""
    kinds = kind(x), kind(z)
    if kinds == ("gaussian", "gaussian_known_variance"):
        schur = covariance(z).between("W", "W'")
        return f"iff V = 0 and -2 diag(a_2) - {schur} is positive definite"
    if kinds[0] != "gaussian_known_variance":
        return ""
    schur = covariance(x).between("W'", "W")
    if kinds[1] == "gaussian_known_variance":
        return f"iff {covariance(z).inverse} - {schur} is positive definite"
    if kinds[1] == "gaussian":
        return f"iff V = 0 and -2 diag(c) - {schur} is positive definite"
    if kinds[1] == "full_gaussian":
        return f"iff V = 0 and -2 C - {schur} is positive definite, where c' zz' = z' C z"
    return ""
