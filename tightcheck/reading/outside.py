"""Named things that a design may hold and the theorem does not: why, and the nearest thing inside."""

from __future__ import annotations

from collections.abc import Mapping

from tightcheck import registry
from tightcheck.design import Outside
from tightcheck.reading.errors import nearest
from tightcheck.reading.validate import At

FLOW = (
    "a flow's log-density is a network of the variable itself: no fixed finite set of statistics spans it",
    "gaussian with covariance: full, and an affine map",
)
HIERARCHICAL = (
    "with several stochastic layers the marginal over the upper ones is a "
    "mixture: no finite set of statistics spans it",
    "the top layer alone, or one joint family of named blocks (`given`)",
)
AUTOREGRESSIVE = (
    "each coordinate depends on the earlier ones through a network, so the "
    "conditional is no exponential family in the coordinates",
    "markov_random_field, or independent coordinates",
)
BATCH_NORM = (
    "in training mode the output for one example depends on the others of "
    "its batch, so it is no function of one x or z",
    "batch_norm: eval, an affine map",
)
DETERMINISTIC = ("a code without spread has no density", "categorical, or gaussian")

WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "flow": dict.fromkeys(
        (
            "iaf",
            "maf",
            "planar",
            "radial",
            "sylvester",
            "real_nvp",
            "nice",
            "glow",
            "neural_spline",
            "householder",
            "continuous",
            "hamiltonian",
            "riemannian_hamiltonian",
            "linear",
            "ffjord",
            "coupling",
            "autoregressive",
            "langevin",
        ),
        FLOW,
    ),
    "hierarchical": dict.fromkeys(
        (
            "ladder",
            "nvae",
            "vdvae",
            "hvae",
            "biva",
            "markov",
            "auxiliary",
            "stacked",
            "autoregressive",
            "draw",
            "dbn",
            "def",
            "vrnn",
            "dkf",
            "dmm",
            "deep_markov",
            "dvae",
            "recurrent",
            "state_space",
            "svae",
        ),
        HIERARCHICAL,
    ),
    "kind": {
        **dict.fromkeys(("flow", "normalizing_flow", "iaf"), FLOW),
        **dict.fromkeys(("autoregressive", "pixelcnn", "made", "lstm_decoder"), AUTOREGRESSIVE),
        **dict.fromkeys(("deterministic", "vector_quantized", "vq", "vq_vae", "autoencoder"), DETERMINISTIC),
    },
}


def outside_word(key: str, word: str, at: At) -> Outside:
    """The entry for `key: word`. Raises DesignError for a word that is not known."""
    words = WORDS[key]
    if word.lower() not in words:
        raise at.error(f"{word[:60]!r} is no known `{key}`; {nearest(word, words)}")
    reason, near = words[word.lower()]
    return Outside(f"{key}: {word}", reason, near, at.place)


def refused(name: str, refusal: registry.Refusal, at: At) -> Outside:
    """The entry for a family that is no exponential family."""
    return Outside(name, refusal.reason, refusal.nearest, at.place)
