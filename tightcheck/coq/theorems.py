"""The theorems on designs, each as a proof for one design: an ordered tuple, the first that fits the verdict is written.

A theorem takes the sides of a design and returns its proof, a list of tactics, one for each hypothesis in the theorem's
order; it raises Unwritten where the design is not of its form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tightcheck.coq.latent import Latent, M, PriorTerm
from tightcheck.coq.observed import N, Observed
from tightcheck.coq.unwritten import Unwritten, need
from tightcheck.design import Design, Map
from tightcheck.verdict import Verdict

REAL = "real_number"


@dataclass(frozen=True)
class Sides:
    """The parts of a design in Coq. `features` is what the encoder is shown of x; `general` binds it where it is any."""

    design: Design
    observed: Observed
    latent: Latent
    prior: PriorTerm
    decoder: str
    encoder: str
    features: str
    weight: str
    general: str = ""
    arguments: str = field(default="")

    @property
    def encoder_class(self) -> str:
        """The maps that the encoder can compute."""
        return f"(computed {self.encoder} {self.features} {self.latent.links})"


Theorem = Callable[[Sides], list[str]]


def frequencies(sides: Sides) -> list[str]:
    """Example 3: an encoder of frequencies."""
    kind = sides.design.encoder[0].inputs.kind
    need(sides.observed.space.startswith("documents"), "no documents of random length")
    need(kind in ("frequencies", "tfidf"), "an encoder that sees more than frequencies")
    need(sides.latent.kind == "bits" and sides.design.prior.kind != "implied", "latents that are no bits")
    low = sides.latent.low
    features = "(fun u => u)" if kind == "frequencies" else "(fun u i => idf i * u i)"
    return [
        f"apply (frequencies_collapse {N} {M} {M} {sides.latent.psi} {sides.latent.psi} {sides.decoder} {sides.encoder}\n"
        f"    ({sides.prior.text}) {sides.weight} {features} (fun _ => false) (fun _ => true) 0)",
        "lra",
        "number",
        *4 * ["network_class"],
        "number",
        "unfold code; lra",
        "auto" if kind == "frequencies" else "intros u v H i Hi; now rewrite H",
        f"apply (bits_prior_reached ({low}) 1 {M} _ (fun _ => {sides.prior.member})); {REAL}",
    ]


def growth(sides: Sides) -> list[str]:
    """A Gaussian prior, and a decoder whose log-partition is no quadratic."""
    x, z = sides.observed, sides.latent
    need(
        z.kind in ("gaussian", "full") and x.rigid,
        "no Gaussian latents, or a decoder whose log-partition may be quadratic",
    )
    reach = "constant_variances_reach_constants; network_class"
    if z.onto or z.kind == "full":
        reach = (
            f"heads_reach_constants; [apply {z.onto}|network_class]"
            if z.onto
            else "full_reach_constants; network_class"
        )
    return [
        f"apply (network_growth_collapse {x.statistics} {M} {z.statistics} {x.outputs} {x.nu} {z.psi}\n"
        f"    {x.partition} {x.valid})",
        "lra",
        "number",
        "spanning",
        "apply outer_quadratic" if z.kind == "full" else "apply moments_quadratic",
        f"intros eta eta' H; {x.looks}",
        x.rigid,
        f"intro o; {x.is_valid}",
        x.link_moves,
        x.link_looks,
        "network_class",
        "network_class",
        f"apply {sides.prior.member}; intros; [{REAL}|{REAL}|lra]",
        f"apply {reach}",
    ]


def diagonal(sides: Sides) -> list[str]:
    """Example 1: Gaussian decoder, independent Gaussian latents."""
    x, z = sides.observed, sides.latent
    need(z.kind == "gaussian" and x.nu.startswith("(moments"), "no Gaussian decoder with Gaussian latents")
    need(x.size >= 1 and z.size >= 2, "one latent only")
    need(sides.features == "reals", "an encoder that is not shown x itself")
    _holds_lines(x.source)
    _holds_lines(z.source)
    reach = f"heads_reach_lines; [apply {z.onto}|network_class]" if z.onto else "constants_reach_lines; network_class"
    value = x.link[x.link.index("=> ") + 3 : -2]
    return [
        "apply diagonal_restricted",
        "simpl; lra",
        "number",
        "number",
        "network_class",
        f"exists (fun _ => {value}); split; intros; [{REAL}|lra]",
        f"apply {sides.prior.member}; intros; [{REAL}|{REAL}|lra]",
        f"apply {reach}",
    ]


PAIRED = {"relu", "leaky_relu", "softplus", "silu", "swish", "identity"}
"""Activations whose pairs a(t) - a(-t) are the identity (networks.v, mlp_lines)."""


def _holds_lines(source: Map) -> None:
    is_wide = source.activation in PAIRED and all(width >= 2 for width in source.hidden)
    need(source.kind != "mlp" or is_wide, "a network that is not shown to hold the maps u -> alpha <w, u> + beta")


def _shown(sides: Sides, is_affine: bool) -> str:
    need(sides.latent.source.kind != "mlp" or not is_affine, "an encoder network that must hold every affine map")
    _holds_lines(sides.latent.source)
    need(sides.features == sides.observed.shown, "an encoder that is not shown the statistics of x")
    lemma = "affine_encoder" if is_affine else "lines_encoder"
    return f"apply {lemma}; [number|{sides.observed.is_shown}|network_class]"


def bits(sides: Sides) -> list[str]:
    """Examples 2 and 3: two or more independent bits under a declared prior."""
    x, z = sides.observed, sides.latent
    need(z.kind == "bits" and z.size >= 2 and sides.design.prior.kind == "declared", "no independent bits")
    need(x.interacts and (z.low, 1) in x.interacts, "a decoder whose interaction has no lemma")
    assert x.interacts is not None
    _holds_lines(x.source)
    return [
        f"apply (bits_restricted ({z.low}) 1 ltac:(lra) {x.statistics} {x.statistics} {M} {x.nu} {x.partition}\n"
        f"    {sides.decoder} {x.outputs} {x.links} ({sides.prior.text}) {sides.encoder_class}\n"
        f"    {sides.weight} {x.link})",
        "lra",
        "number",
        "spanning",
        "network_class",
        "reflexivity",
        f"intros o o' H; split; [now apply {_looks(x)}|{_partition_looks(x)}]",
        f"apply (bits_prior_exists _ _ _ _ (fun _ => {sides.prior.member})); {REAL}",
        "apply bits_prior_spanned",
        _shown(sides, is_affine=False),
        "intros; lia",
        x.first_moves,
        x.interacts[z.low, 1],
    ]


def _looks(x: Observed) -> str:
    return "H" if x.links == "plain" else "log_softmax_looks"


def _partition_looks(x: Observed) -> str:
    return "reflexivity" if x.partition == "(fun _ => 0)" else x.looks


def one_draw(sides: Sides) -> list[str]:
    """One Bernoulli or categorical latent."""
    x, z = sides.observed, sides.latent
    is_bit = z.kind == "bits" and z.size == 1
    need((is_bit or z.kind == "class") and sides.design.prior.kind != "implied", "more than one finite latent")
    rows = N if x.nu.startswith("(moments") else x.statistics
    prior = f"apply (bits_prior_exists _ _ _ _ (fun _ => {sides.prior.member})); {REAL}"
    encoder = f"apply class_encoder; [number|{x.is_shown}|network_class]"
    if is_bit:
        encoder = f"apply lines_exact; {_shown(sides, is_affine=False)}"
    else:
        need(sides.features == x.shown, "an encoder that is not shown the statistics of x")
        need(z.source.kind != "mlp", "an encoder network that must hold every affine map")
    return [
        f"apply (one_draw_is_tight {rows} {x.statistics} {M} {z.inputs} {x.outputs})",
        "lra",
        "apply one_bit_spans; lra" if is_bit else "apply class_in_span",
        "network_class",
        x.respects.replace("{looks}", x.looks),
        x.hidden,
        f"intros f P; apply {'bits_prior_respects' if is_bit else 'class_prior_respects_inputs'}",
        f"apply (some_network _ _ {x.outputs} {x.link}); [network_class|{x.is_linked}]",
        prior if is_bit else f"apply uniform_class_prior; {REAL}",
        encoder,
    ]


def implied(sides: Sides) -> list[str]:
    """Example 2: an affine decoder of bits, with the implied prior."""
    x, z = sides.observed, sides.latent
    need(sides.design.prior.kind == "implied" and z.kind == "bits", "no implied prior of bits")
    need(sides.decoder.startswith("(affine") and x.affine, "a decoder that is no affine map of z")
    rows = N if x.nu.startswith("(moments") else x.statistics
    need(sides.weight == "1", "a weighted KL term under an implied prior")
    return [
        f"apply (implied_is_tight {rows} {x.statistics} {M})",
        x.affine,
        f"exists {x.link}; {x.is_linked}",
        _shown(sides, is_affine=True),
    ]


def full(sides: Sides) -> list[str]:
    """Section 3.2: linear Gaussian decoder, full covariance."""
    x, z = sides.observed, sides.latent
    need(z.kind == "full" and x.nu.startswith("(moments"), "no Gaussian decoder with a full-covariance encoder")
    need(sides.decoder.startswith("(affine") and sides.encoder.startswith("(affine"), "maps that are not affine")
    need(sides.features == "reals", "an encoder that is not shown x itself")
    value = x.link[x.link.index("=> ") + 3 : -2]
    return [
        "apply full_is_tight",
        "lra",
        f"exists (fun _ => {value}); split; intros; [{REAL}|lra]",
        f"apply {sides.prior.member}; intros; [{REAL}|{REAL}|lra]",
    ]


THEOREMS: dict[Verdict, tuple[Theorem, ...]] = {
    Verdict.TIGHT: (one_draw, implied, full),
    Verdict.COLLAPSE: (frequencies, growth),
    Verdict.RESTRICTED: (bits, diagonal),
    Verdict.IMPOSSIBLE: (),
}


def proof(sides: Sides, verdict: Verdict) -> tuple[str, list[str]]:
    """The theorem that proves the verdict for these sides, by name, and its proof; raises Unwritten."""
    reasons = []
    for theorem in THEOREMS[verdict]:
        try:
            return theorem.__name__, theorem(sides)
        except Unwritten as reason:
            reasons.append(str(reason))
    raise Unwritten("; ".join(reasons) or f"no theorem on designs ends in {verdict.word}")
