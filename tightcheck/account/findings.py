"""What a lemma of the certificate says about this design: condition, sentence, guilty term and its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tightcheck.account.case import Case
from tightcheck.account.divergence import divergence
from tightcheck.account.words import article, listed, spoken
from tightcheck.design import Conditional, Constant, Head, Map, Place
from tightcheck.joint import show
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.zero import Entries
from tightcheck.rules import ZERO_RULES


@dataclass(frozen=True)
class Finding:
    """One lemma's part in the verdict: `brief` is a clause for the summary, `sentence` the whole argument."""

    condition: str
    brief: str
    sentence: str
    term: str
    place: Place
    entries: Entries = frozenset()


Guilty = tuple[str, Place]


@dataclass(frozen=True)
class Words:
    """What the sentences of one lemma are filled with."""

    case: Case
    latent: Conditional
    observed: tuple[Conditional, ...]
    entries: Entries

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the templates."""
        latent = self.latent.block
        part = self.case.part(latent.name)
        return {
            "x": listed([o.block.name for o in self.observed]),
            "z": latent.name,
            "decoder": listed([spoken(o.block.family) for o in self.observed], "or"),
            "a_decoder": listed([article(spoken(o.block.family)) for o in self.observed], "or"),
            "encoder": spoken(latent.family),
            "psi": self.case.statistics(latent.name) if part else latent.name,
            "statistic": self.statistic,
            "zero": self.zero,
            "head": self.heads_text,
            "features": self.features,
            "network": _network(self.map),
            "prior": self.prior,
        }

    @property
    def features(self) -> str:
        """What the encoder is shown."""
        inputs = self.latent.inputs
        return show.text(inputs.expression) if inputs.expression is not None else FEATURES.get(inputs.kind, inputs.kind)

    @property
    def statistic(self) -> str:
        """The statistics of z that the lemma removes."""
        family, name = family_of(self.latent.block), self.latent.block.name
        texts = []
        for k in sorted({entry[3] for entry in self.entries}):
            statistic = family.statistics[k]
            if len(family.variables) == 1:
                variable = family.variables[0]
                texts.append(show.text(statistic.subs(variable, type(variable)(name, **variable.assumptions0))))
            else:
                interaction = next((self.case.interaction(e) for e in sorted(self.entries) if e[3] == k), None)
                texts.append(interaction.column.text if interaction and interaction.column else f"products of {name}")
        return listed(texts)

    @property
    def zero(self) -> str:
        """W = 0 and V = 0, as far as whole blocks vanish."""
        names = self.case.dead_among(self.entries)
        return listed([f"{name} = 0" for name in names]) or f"{self.statistic} has no part in f"

    @property
    def heads(self) -> tuple[Head, ...]:
        """The encoder's constant parameters."""
        return tuple(head for head in self.latent.heads if isinstance(head.source, Constant))

    @property
    def heads_text(self) -> str:
        """Their names, one for a vector's coordinates."""
        return listed(
            [head.symbol.name.split("_")[0] if "_1" in head.symbol.name else head.symbol.name for head in self.heads]
        ).replace("_", " ")

    @property
    def map(self) -> Map | None:
        """The decoder's first map."""
        return next((h.source for o in self.observed for h in o.heads if isinstance(h.source, Map)), None)

    @property
    def prior(self) -> str:
        """The family of the prior, in words."""
        block = next((b for b in self.case.design.prior.blocks if b.block == self.latent.block.name), None)
        return spoken(block.family) if block and block.family else "this"


FEATURES = {
    "frequencies": "relative frequencies",
    "tfidf": "tf-idf weights of relative frequencies",
    "log1p": "log(1 + x)",
    "softmax": "a softmax of the data",
    "layer_norm": "layer-normalised data",
    "standardize": "standardised data",
    "counts": "counts",
    "identity": "the data",
    "one_hot": "a one-hot code",
    "statistics": "the statistics",
}


def _network(source: Map | None) -> str:
    if source is None or source.kind != "mlp":
        return "output"
    return f"network of {source.activation} units"


def _features(words: Words) -> Guilty:
    return words.latent.inputs.kind, words.latent.inputs.place


def _constant(words: Words) -> Guilty:
    return (f"constant {words.heads_text}", words.heads[0].place) if words.heads else _latent(words)


def _latent(words: Words) -> Guilty:
    return f"{spoken(words.latent.block.family)} {words.latent.block.name}", words.latent.block.place


def _prior(words: Words) -> Guilty:
    term = f"{words.prior} prior with {words.fields['a_decoder']} decoder" if words.prior != "this" else "the prior"
    return term, words.case.prior_place(words.latent.block.name)


def _decoder_map(words: Words) -> Guilty:
    source = words.map
    if source is None:
        return "the decoder's map", words.observed[0].place
    name = {"mlp": f"{source.activation} network", "affine": "affine map"}.get(source.kind, f"{source.kind} map")
    return f"{name} in the decoder", source.place


def _decoder_link(words: Words) -> Guilty:
    linked = next((h for o in words.observed for h in o.heads if h.link is not None), None)
    return ("the decoder's link", linked.place) if linked else _decoder_map(words)


def _encoder_map(words: Words) -> Guilty:
    heads = [head for head in words.latent.heads if isinstance(head.source, Map)]
    linked = next((head for head in heads if head.link is not None), None)
    if linked is not None:
        return "the encoder's link", linked.place
    return "the encoder's map", heads[0].source.place if heads else words.latent.place


@dataclass(frozen=True)
class Template:
    """How one lemma is told; the fields are those of `Words`."""

    condition: str
    brief: str
    sentence: str
    guilty: Callable[[Words], Guilty]


QUADRATIC = frozenset(("quadratic", "quadratic_form", "quadratic_over_linear"))

SENTENCES: Mapping[str, Template] = {
    "frequencies": Template(
        "C3",
        "The encoder is shown {features}, which are the same for {x} and 2 {x}; the exact posterior is not",
        "The exact encoder is g*({x}) = W' {x} + b, affine in the counts {x}. The encoder is shown {features}, and"
        " these are the same for {x} and 2 {x}; W' {x} = W' (2 {x}) for every {x} only if {zero} (the paper's"
        " Example 3).",
        _features,
    ),
    "sublinear": Template(
        "C3",
        "The exact encoder grows like {x}, and a network that is shown {features} grows only like log({x})",
        "The exact encoder is affine in {x}. The encoder is shown {features}, and its map is Lipschitz, so it grows"
        " at most like log({x}); an affine function of {x} that does is constant: {zero}.",
        _features,
    ),
    "column": Template(
        "C3",
        "The encoder's {head} is the same for every {x}",
        "The encoder's {head} does not depend on {x}, so that of the exact posterior must not either. The"
        " statistics of {x} are linearly independent, hence none of them may be coupled to {statistic}: {zero}.",
        _constant,
    ),
    "lipschitz": Template(
        "C1",
        "The decoder's network cannot grow as fast as {statistic}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. The decoder's {network}"
        " grows at most linearly in {z}, and {statistic} grows faster at an end of the support: {zero}.",
        _decoder_map,
    ),
    "affine_inputs": Template(
        "C1",
        "The decoder is affine in {z}, which leaves out {statistic}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}, and the design makes"
        " them affine in {z}. No function that is both contains {statistic}: {zero}.",
        _decoder_map,
    ),
    "bounded": Template(
        "C1",
        "The decoder's natural parameters are bounded functions of {z}, and no non-constant function affine in"
        " {psi} is",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}, polynomials on an"
        " unbounded space. The decoder's {network} is bounded, and no polynomial is but a constant: {zero}.",
        _decoder_map,
    ),
    "bounded_link": Template(
        "C1",
        "The decoder's natural parameters are bounded functions of {z}, and none but constants affine in {psi} is",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}, polynomials without"
        " bounds. They are continuous functions of bounded outputs, and only constant polynomials are bounded: {zero}.",
        _decoder_link,
    ),
    "slow_link": Template(
        "C1",
        "The decoder's natural parameters cannot grow as fast as {statistic}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. Through this link they grow"
        " at most linearly in {z}, and {statistic} grows faster: {zero}.",
        _decoder_link,
    ),
    "convexity": Template(
        "C2",
        "No prior of this kind is conjugate to {a_decoder} decoder that depends on {z}, within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) affine in {psi}, where A is the log-partition function of the"
        " {decoder}. As one coordinate of {z} moves, {psi} takes three values on a line, and A is strictly convex: f"
        " is constant, {zero}.",
        _prior,
    ),
    "growth": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no {prior} prior within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a polynomial, a combination of {psi}, where A is the log-partition"
        " function of the {decoder}. The exponential, logarithmic and decaying terms of A(f({z})) along a line all"
        " have one sign and cannot cancel, and a polynomial has none: f is constant, {zero}.",
        _prior,
    ),
    "entire": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no prior of this kind within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}, where A is the log-partition function of the"
        " {decoder}. For complex {z} the normaliser exp A(f({z})) is then an entire function without zeros, and by"
        " the theorems of Borel and Picard it is one only if f is constant: {zero}.",
        _prior,
    ),
    "poles": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no prior of this kind within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}, where A is the log-partition function of the"
        " {decoder}. For complex {z} its logarithmic singularities all have one sign and cannot cancel, and {psi}"
        " has none: f is constant, {zero}.",
        _prior,
    ),
    "gamma_poles": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no {prior} prior within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a polynomial, where A is the log-partition function of the {decoder}. The"
        " log-gamma functions in it have singularities of one sign for complex {z}, which cannot cancel, and a polynomial"
        " has none: {zero}.",
        _prior,
    ),
    "circles": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no {prior} prior within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}, where A is the log-partition function of the"
        " {decoder}. For complex angles A(f({z})) has singularities, or outgrows every combination of {psi}, unless f"
        " is constant: {zero}.",
        _prior,
    ),
    "narrow": Template(
        "C3",
        "The encoder's first layer has one unit, which cannot follow {x} along a whole line",
        "The exact encoder is affine in the statistics of {x}. The first layer of the encoder's network has one unit, and"
        " such a network is a polynomial along a whole line only where it is constant: {zero}.",
        _encoder_map,
    ),
    "affine_encoder": Template(
        "C3",
        "The encoder is affine in {features}, and the exact encoder is not",
        "The exact encoder is affine in the statistics of {x}, and the design makes the encoder affine, or piecewise"
        " affine, in {features}. What is both leaves some statistics of {x} out: {zero}.",
        _encoder_map,
    ),
    "input_growth": Template(
        "C3",
        "The encoder's inputs, {features}, grow at another rate than {x}",
        "The exact encoder is affine in {x}. The encoder is piecewise affine in its inputs, {features}, and these grow at"
        " another rate than {x} towards an end of the support: {zero}.",
        _features,
    ),
    "log_link": Template(
        "C1",
        "The decoder's link grows like a logarithm, and {statistic} grows faster",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. Through their link they grow"
        " like a logarithm at most, and {statistic} grows faster at an end of the support: {zero}.",
        _decoder_link,
    ),
    "written_constant": Template(
        "C1",
        "The decoder's formula is affine in {psi} only where it is constant",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. The formula is so only where"
        " a parameter is 0, and then no natural parameter depends on {z}: {zero}.",
        _decoder_map,
    ),
    "pinned_equal": Template(
        "C2",
        "The encoder's variance is fixed at the prior's, and any dependence on {z} makes the posterior narrower",
        "The exact posterior's precision is the prior's plus a term of the decoder that is positive unless W = 0."
        " The encoder's variance is fixed at the prior's: {zero}.",
        _constant,
    ),
    "shared_precision": Template(
        "C2",
        "All coordinates of {z} share one posterior variance, and fewer numbers are observed than there are"
        " coordinates",
        "The exact posterior's precision is the prior's plus a matrix whose rank is at most the number of observed"
        " numbers. With one variance for all coordinates of {z} that matrix is a multiple of the identity, of full"
        " rank unless it is zero: {zero}.",
        _latent,
    ),
    "exponential_slices": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} through {statistic} is conjugate to no prior of this kind",
        "With this prior C2 makes A(f({z})) a combination of {psi}. The log-partition functions of the {decoder}"
        " give it terms that {psi} does not have as soon as f contains {statistic}: {zero}.",
        _prior,
    ),
    "bounded_encoder": Template(
        "C3",
        "The encoder's output is bounded, and the exact posterior's parameters are not",
        "The exact encoder is affine in the statistics of {x}, which run to infinity. The encoder's output stays"
        " bounded, and a bounded function affine in them is constant: {zero}.",
        _encoder_map,
    ),
    "lipschitz_encoder": Template(
        "C3",
        "The encoder's network cannot grow like the squares of {x}",
        "The exact encoder is affine in the statistics of {x}, squares among them. The encoder's network grows at"
        " most linearly in {x}, so those squares have no part in it.",
        _encoder_map,
    ),
    "convex_link": Template(
        "C3",
        "The encoder's link bends every function that moves with {x}",
        "The exact encoder is affine in {x}. The encoder's output is a softplus or exponential of a piecewise"
        " affine network, which is affine along no ray on which the network moves: {zero}.",
        _encoder_map,
    ),
    "joint": Template(
        "C4",
        "Unless {zero}, the joint density does not integrate",
        "Summed or integrated over {x}, the joint of {x} and {z} must still integrate over {z}. With either sign of the"
        " coefficient of {statistic} it diverges: {zero}.",
        _latent,
    ),
    "rays": Template(
        "C4",
        "Unless {zero}, a conditional leaves its domain or the joint does not integrate",
        "Towards the ends of their supports p({x} | {z}) and q({z} | {x}) must keep their parameters in the natural"
        " domain, and the joint must integrate. This forbids the coefficient of {statistic} either sign: {zero}.",
        _latent,
    ),
    "random_length": Template(
        "C1",
        "The word probabilities must add up to 1 for every {z}, and exponentials of functions affine in {psi} do not",
        "The length of {x} has a law of its own, so the decoder's natural parameters are the logarithms of the word"
        " probabilities. If they are affine in {psi}, their exponentials add up to 1 for every {z} only if none"
        " depends on {z}: {zero}.",
        _decoder_map,
    ),
    "line": Template(
        "C4",
        "The posterior must be a density for every real {x}",
        "The data {x} take every real value, and the coefficient of {statistic} in log q({z} | {x}) must stay"
        " negative at all of them. It is affine in {x}, so it is constant: {zero} (as in the paper's Example 1).",
        _latent,
    ),
}
"""Lemma -> the referee's sentence."""

SQUARE = Template(
    "C2",
    "A is quadratic in f, so f has no term in {statistic}",
    "With this prior C2 makes A(f({z})) a combination of {psi}. The log-partition function of the {decoder} is"
    " quadratic in the mean's parameter, so a term in {statistic} of f would leave that span: {zero}.",
    _prior,
)
OTHER = "By the lemma `{lemma}` of the kernel no consistent model has {statistic} in f: {zero}."


def _template(case: Case, lemma: str) -> Template:
    """The lemma's own sentence, or a plain one under the condition of the rule that proposed it."""
    if lemma in SENTENCES:
        return SENTENCES[lemma]
    names = [rule.partition(":")[0] for rule, _ in case.decision.trace if rule.endswith(f": {lemma}")]
    condition = next((rule.CONDITION for rule in ZERO_RULES if rule.__name__.rpartition(".")[2] in names), "C2")
    return Template(condition, "A lemma excludes {statistic}", OTHER, _latent)


def findings(case: Case) -> tuple[Finding, ...]:
    """What each accepted lemma removed, in the order in which it did, steps of one lemma together."""
    groups: dict[tuple[str, str], set[Any]] = {}
    for step, entries in case.decision.added:
        for latent in sorted({entry[2] for entry in entries}):
            groups.setdefault((step["lemma"], latent), set()).update(e for e in entries if e[2] == latent)
    return tuple(
        found for (lemma, latent), entries in groups.items() for found in _told(case, lemma, latent, frozenset(entries))
    )


def _told(case: Case, lemma: str, latent: str, entries: Entries) -> list[Finding]:
    """The lemma's finding; two where Gaussian blocks lose a square and other blocks everything."""
    if lemma != "growth":
        return [_finding(case, _template(case, lemma), lemma, latent, entries)]
    kinds = {o.block.name: effective_kind(case.design, o, frozenset()) for o in case.design.decoder}
    square = frozenset(entry for entry in entries if kinds[entry[0]] in QUADRATIC)
    parts = ((SENTENCES["growth"], entries - square), (SQUARE, square))
    return [_finding(case, template, lemma, latent, own) for template, own in parts if own]


def _finding(case: Case, template: Template, lemma: str, latent: str, entries: Entries) -> Finding:
    names = {entry[0] for entry in entries}
    words = Words(
        case, case.latent_named(latent), tuple(o for o in case.design.decoder if o.block.name in names), entries
    )
    fields = {**words.fields, "lemma": lemma}
    term, place = template.guilty(words)
    brief, sentence = (text.format(**fields) for text in (template.brief, template.sentence))
    if template.condition == "C4":
        sentence = f"{sentence} {divergence(case, latent, words.observed)}".rstrip()
    return Finding(template.condition, _capital(brief), _capital(sentence), term, place, entries)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


__all__ = ["SENTENCES", "Finding", "findings"]
