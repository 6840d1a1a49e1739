"""The names that joints of the form (7) have in the literature."""

from __future__ import annotations

from tightcheck.joint.form import Form
from tightcheck.joint.kinds import is_finite_choice, is_transformed, kind
from tightcheck.joint.parts import Part

HARMONIUM = "exponential-family harmonium (Welling, Rosen-Zvi and Hinton 2005)"

NAMES = {  # (observed, latent)
    ("binary", "binary"): "restricted Boltzmann machine (RBM)",
    ("gaussian_known_variance", "binary"): "Gaussian-Bernoulli RBM",
    ("categorical", "binary"): "RBM with softmax visible units (Salakhutdinov, Mnih and Hinton 2007)",
    ("multinomial", "binary"): "replicated softmax (Salakhutdinov and Hinton 2009)",
    ("poisson", "binary"): "Poisson-Bernoulli harmonium",
    ("poisson", "poisson"): "auto-Poisson model (Besag 1974)",
    ("poisson", "gamma"): "Poisson-gamma harmonium; the conjugate pair is a member",
    ("bernoulli", "beta"): "beta-Bernoulli harmonium; the conjugate pair is a member",
    ("binary", "beta"): "beta-Bernoulli harmonium; the conjugate pair is a member",
    ("binomial", "beta"): "beta-binomial harmonium; the conjugate pair is a member",
    ("categorical", "dirichlet"): "Dirichlet-categorical harmonium; the conjugate pair is a member",
    ("multinomial", "dirichlet"): "Dirichlet-multinomial harmonium; the conjugate pair is a member",
    ("exponential", "exponential"): "exponential conditionals model (Arnold and Strauss 1988)",
    ("gaussian", "gaussian"): "normal conditionals model (Bhattacharyya; Gelman and Meng 1991)",
}

GAUSSIAN_LATENTS = ("gaussian_known_variance", "gaussian", "full_gaussian")

MIXTURES = {
    "binary": "latent class model: a mixture of products of Bernoullis (naive Bayes with a hidden class)",
    "categorical": "latent class model: a mixture of products of categoricals (naive Bayes with a hidden class)",
    "gaussian_known_variance": "mixture of Gaussians with one common covariance",
    "gaussian": "mixture of Gaussians with diagonal covariances",
    "full_gaussian": "mixture of Gaussians",
}


def name(form: Form) -> str:
    """The joint's name: that of its pair of families if the literature has one, else exponential-family harmonium."""
    observed, latent = tuple(map(_kind, form.observed)), tuple(map(_kind, form.latent))
    if is_finite_choice(form.latent):
        return _mixture(form.observed, observed)
    if any("field" in each for each in (*observed, *latent)):
        return "Boltzmann machine whose observed and latent units may be coupled among themselves"
    if len(observed) > 1 or len(latent) > 1:
        return HARMONIUM
    if observed[0] == "gaussian_known_variance" and latent[0] in GAUSSIAN_LATENTS:
        return _linear_gaussian(form.observed[0])
    found = NAMES.get((observed[0], latent[0]), HARMONIUM)
    return f"{found}, restricted by sum_k exp(f_k) = 1" if form.observed[0].length == "random" else found


def _kind(part: Part) -> str:
    """The kind of the block; what is Gaussian in a function of it goes by its own name."""
    return part.family.name if is_transformed(part) else kind(part)


def _mixture(parts: tuple[Part, ...], kinds: tuple[str, ...]) -> str:
    if len(kinds) == 1 and kinds[0] in MIXTURES:
        return MIXTURES[kinds[0]]
    return f"mixture of products of {' and '.join(part.family.name for part in parts)} distributions"


def _linear_gaussian(part: Part) -> str:
    """Probabilistic PCA has one noise variance, factor analysis one per coordinate."""
    if part.sharing == "per_coordinate":
        return "factor analysis (a linear Gaussian model)"
    return "probabilistic PCA (a linear Gaussian model)"
