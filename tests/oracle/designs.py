"""Concrete models of a design, read a second time from the same words, and what the judge says of each.

The design is the pair of dictionaries that a YAML reader would give; only what the tests generate is understood here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from flint import arb

from . import families as table
from .families import Balls, OracleFamily, Point, ball
from .formulas import evaluate
from .model import Judgement, Member, Model, inner, judge, members, reaches

Text = Mapping[str, Any]
Parameters = Callable[[Member], list[Balls]]
GENERIC = ("generic", "curved")
STYLES = ("constant", "sparse", "lattice", *GENERIC)


class NotUnderstoodError(Exception):
    """The design says something that the judge does not read."""


def require_understood(encoder: Text, decoder: Text) -> None:
    """Refuse what would be read wrongly: several blocks, links, bounds, covariates, other priors and features."""
    parts = ("latent", "observed", "map", "output", "prior", "features", "input")
    known = {*parts, "objective"} if decoder.get("objective", "elbo") == "elbo" else {*parts}
    if any(isinstance(part, list) for part in (encoder["latent"], decoder["observed"])):
        raise NotUnderstoodError
    outputs = [entry for part in (encoder, decoder) for entry in as_list(part["output"]) if not isinstance(entry, str)]
    constants = all(
        what.keys() <= {"fixed", "learned"} for e in outputs for what in e.values() if isinstance(what, dict)
    )
    prior = decoder["prior"]
    simple = prior in ("implied", "free", "uniform") or (
        isinstance(prior, dict)
        and not {"mixture", "total_count"} & prior.keys()
        and not any(isinstance(v, (list, dict)) for v in prior.values())
    )
    names = [encoder["latent"], decoder["observed"]]
    is_read = (
        {*encoder, *decoder} <= known
        and constants
        and all(isinstance(what, dict) for e in outputs for what in e.values())
        and simple
        and all(isinstance(block, dict) and block["family"] in FAMILIES_READ for block in names)
        and encoder.get("features", "identity") in FEATURES_READ
        and "natural" not in (encoder["output"], decoder["output"])
        and has_support_of(prior, encoder["latent"])
    )
    if not is_read:
        raise NotUnderstoodError


def has_support_of(prior: Any, latent: Text) -> bool:
    """Whether the prior of a bit or a spin is one of bits or spins; other supports are left to the derivations."""
    is_two_valued = latent["family"] in ("bernoulli", "rademacher")
    return not is_two_valued or not isinstance(prior, dict) or prior.get("family", latent["family"]) == latent["family"]


FAMILIES_READ = {*table.FAMILIES, "categorical", "multinomial", "binomial", "negative_binomial", "geometric"}
FEATURES_READ = {"identity", "counts", "frequencies", "log1p", "softmax"}


def as_list(value: Any) -> list[Any]:
    """A value or several."""
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Outcome:
    """One model: is the posterior in the encoder's family, is it reached by the network, does x depend on z?"""

    consistent: bool | None
    reached: bool | None
    dependent: bool | None
    description: str

    @property
    def is_member(self) -> bool | None:
        """Whether the model is in S, as far as the judge can tell."""
        if self.consistent is False or self.reached is False:
            return False
        return True if self.consistent and self.reached else None


def isotropic(size: int) -> OracleFamily:
    """Gaussian vector with one variance: statistics z and |z|^2."""
    full = table.gaussian_full(size)
    return OracleFamily(
        full.points,
        lambda z: [*table.identity(z), ball(sum(v * v for v in z))],
        table.nothing,
        lambda eta: -sum((e * e for e in eta[:-1]), arb(0)) / (4 * eta[-1]) - size * (-eta[-1]).log() / 2,
        {},
        in_domain=lambda eta: eta[-1] < 0,
    )


def copies(block: Text) -> tuple[OracleFamily, ...]:
    """The families of the block's independent draws."""
    name, count = block["family"], int(block.get("dim", 1))
    if name == "categorical":
        return (table.categorical(count),) * int(block.get("copies", 1))
    if name == "multinomial":
        length = block.get("length", "random")
        return (table.multinomial(count, (1, 2) if length == "random" else (int(length),)),)
    if name == "binomial":
        return (table.binomial(int(block["trials"])),) * count
    if name == "negative_binomial":
        return (table.negative_binomial(Fraction(str(block["total_count"]))),) * count
    if name == "geometric":
        return (table.GEOMETRIC,) * count
    if name == "gaussian" and block.get("covariance") == "full":
        return (table.gaussian_full(count),)
    if name == "gaussian" and block.get("covariance") == "isotropic_vector":
        return (isotropic(count),)
    return (table.FAMILIES[name],) * count


def flat(z: Member) -> Balls:
    """The raw coordinates of z."""
    return [ball(v) for point in z for v in point]


def one_hot(z: Member) -> Balls:
    """The indicator of a binary code, as 2^m coordinates."""
    values = [arb(1)]
    for point in z:
        on = ball(int(point[0] == 1))
        values = [v * w for v in values for w in (1 - on, on)]
    return values


def features(kind: str, families: Sequence[OracleFamily]) -> Callable[[Member], Balls]:
    """What a network is shown of the other side."""
    if kind == "one_hot":
        return one_hot
    if kind == "log1p":
        return lambda x: [(1 + v).log() for v in flat(x)]
    if kind == "frequencies":
        return lambda x: [v / sum(flat(x), arb(0)) for v in flat(x)]
    if kind == "softmax":
        return lambda x: [v.exp() / sum((u.exp() for u in flat(x)), arb(0)) for v in flat(x)]
    if kind == "square":
        return lambda x: [v * v for v in flat(x)]
    assert kind in ("identity", "counts")
    return flat


ACTIVATIONS: Mapping[str, Callable[[arb], arb]] = {
    "relu": lambda t: t if t > 0 else arb(0),
    "leaky_relu": lambda t: t if t > 0 else t / 100,
    "tanh": lambda t: t.tanh(),
    "softplus": lambda t: (1 + t.exp()).log(),
    "sigmoid": table.sigmoid,
}


def draw(random: Random, style: str) -> Fraction:
    """One weight."""
    if style == "lattice":
        return Fraction(random.choice((-1, 0, 0, 1)))
    return Fraction(random.randint(-24, 24), 11)


def affine_map(width: int, count: int, bias: bool, style: str, random: Random) -> Callable[[Balls], Balls]:
    """`count` outputs W phi + b; sparse: one nonzero weight."""
    weights = [[draw(random, style) for _ in range(width)] for _ in range(count)]
    if style in ("constant", "sparse"):
        weights = [[Fraction(0)] * width for _ in range(count)]
    if style == "sparse":
        weights[random.randrange(count)][random.randrange(width)] = Fraction(random.choice((-2, -1, 1, 2)))
    offsets = [draw(random, "generic") if bias else Fraction(0) for _ in range(count)]
    return lambda phi: [inner([ball(w) for w in row], phi) + ball(b) for row, b in zip(weights, offsets, strict=True)]


def network(spec: Text, width: int, count: int, style: str, random: Random) -> Callable[[Balls], Balls]:
    """One function of the class that the map names, from the inputs to `count` outputs."""
    kind, bias = spec["kind"], bool(spec.get("bias", True))
    if kind == "affine" or style in ("constant", "sparse", "lattice"):
        return affine_map(width, count, bias, style, random)  # an mlp wide enough holds these; see `may_hold_affine`
    if kind == "mlp":
        layers, size = [], width
        for hidden in spec["hidden"]:
            layers.append(affine_map(size, hidden, bias, "generic", random))
            size = hidden
        last, activation = affine_map(size, count, bias, "generic", random), ACTIVATIONS[spec.get("activation", "relu")]

        def run(phi: Balls) -> Balls:
            for layer in layers:
                phi = [activation(t) for t in layer(phi)]
            return last(phi)

        return run
    assert kind == "unrestricted"
    mixed = [[[draw(random, "generic") for _ in range(width)] for _ in range(3)] for _ in range(count)]
    return lambda phi: [bent(phi, rows) for rows in mixed]


def bent(phi: Balls, rows: list[list[Fraction]]) -> arb:
    """u + v^2 / 3 + sin w with u, v, w linear in the inputs: interactions of all orders."""
    u, v, w = (inner([ball(weight) for weight in row], phi) for row in rows)
    return u + v * v / 3 + w.sin()


def explicit(spec: Text, count: int, style: str, random: Random) -> Callable[[Balls], Balls]:
    """An expression per coordinate, each with parameters of its own; `z` is the coordinate, or the only one."""
    values = [
        {p: ball(Fraction(0) if style == "constant" else draw(random, style)) for p in spec.get("parameters", [])}
        for _ in range(count)
    ]

    def run(phi: Balls) -> Balls:
        own = [phi[i] if len(phi) == count else phi[0] for i in range(count)]
        return [evaluate(str(spec["expression"]), {**v, "z": z}, {"z": phi}) for v, z in zip(values, own, strict=True)]

    return run


def may_hold_affine(spec: Text, rank: int) -> bool:
    """Whether the class surely holds every affine map of that rank (theory 7: twice the rank is wide enough)."""
    if spec["kind"] in ("affine", "unrestricted"):
        return bool(spec.get("bias", True)) or spec["kind"] == "unrestricted"
    unbounded = spec.get("activation", "relu") in ("relu", "leaky_relu", "softplus")
    return unbounded and spec.get("bias", True) and len(spec["hidden"]) > 0 and min(spec["hidden"]) >= 2 * rank


@dataclass(frozen=True)
class HeadText:
    """One entry of `output`: a parameter's name and what it is (None: the map's output)."""

    name: str
    fixed: Fraction | None = None
    learned: str | None = None


def heads(output: Any) -> list[HeadText]:
    """`output` of a design file."""
    entries = output if isinstance(output, list) else [output]
    result = []
    for entry in entries:
        if isinstance(entry, str):
            result.append(HeadText(entry))
        else:
            ((name, what),) = entry.items()
            fixed = Fraction(str(what["fixed"])) if "fixed" in what else None
            result.append(HeadText(name, fixed, what.get("learned")))
    return result


POSITIVE = {"rate", "variance", "scale", "precision", "shape", "alpha", "beta"}


def constant_value(head: HeadText, random: Random) -> Fraction:
    """A value for a learned constant."""
    if head.fixed is not None:
        return head.fixed
    value = draw(random, "generic")
    return abs(value) + Fraction(1, 3) if head.name in POSITIVE else value


def sample(encoder: Text, decoder: Text, style: str, random: Random) -> tuple[Model, str]:
    """One model of the design: decoder parameters and a prior."""
    latent, observed = copies(encoder["latent"]), copies(decoder["observed"])
    sigma = features(decoder.get("input", "identity"), latent)
    width = len(sigma(tuple(f.points[0] for f in latent)))
    vector = decoder["observed"]["family"] in ("categorical", "multinomial")
    count = int(decoder["observed"].get("dim", 1)) if vector else len(observed)
    outputs: list[Callable[[Balls], Balls]] = []
    named = heads(decoder["output"])
    for head in named:
        if head.fixed is None and head.learned is None and decoder["map"]["kind"] == "expression":
            outputs.append(explicit(decoder["map"], count, style, random))
        elif head.fixed is None and head.learned is None:
            outputs.append(network(decoder["map"], width, count, style, random))
        else:
            shared = constant_value(head, random)
            values = [
                constant_value(head, random) if head.learned == "per_coordinate" else shared for _ in range(count)
            ]
            outputs.append(lambda phi, values=values: [ball(v) for v in values])  # type: ignore[misc]
    names = tuple(head.name for head in named)

    def etas(z: Member) -> list[Balls]:
        columns = [output(sigma(z)) for output in outputs]
        if vector:
            return [observed[0].parametrisations[names](columns[0])]
        return [family.parametrisations[names]([column[i] for column in columns]) for i, family in enumerate(observed)]

    return Model(
        latent, observed, etas, prior(decoder["prior"], encoder["latent"], latent, observed, etas, random)
    ), style


def prior(
    text: Any,
    block: Text,
    latent: Sequence[OracleFamily],
    observed: Sequence[OracleFamily],
    etas: Parameters,
    random: Random,
) -> Callable[[Member], arb]:
    """log p(z): declared with numbers, learned (random parameters), or implied by the decoder and random c."""
    if text == "uniform":
        return lambda z: arb(0)
    if text == "implied" or (text == "free" and random.random() < 0.7):
        none = random.random() < 0.3
        c = [Fraction(0) if none else draw(random, "generic") for f in latent for _ in f.statistics(f.points[0])]

        def implied(z: Member) -> arb:
            value = sum((f.log_base(p) for f, p in zip(latent, z, strict=True)), arb(0))
            value += inner([ball(v) for v in c], [t for f, p in zip(latent, z, strict=True) for t in f.statistics(p)])
            return value + sum((f.log_partition(eta) for f, eta in zip(observed, etas(z), strict=True)), arb(0))

        return implied
    if text == "free":
        w = ball(draw(random, "generic"))
        return lambda z: (w * sum(flat(z), arb(0))).sin() - inner(flat(z), flat(z))
    if "log_density" in text:
        formula = str(text["log_density"])
        return lambda z: evaluate(formula, {"z": flat(z)[0]}, {"z": flat(z)})
    name = text.get("learned", text.get("family"))
    singles = copies({**block, **({"family": name} if name else {}), "covariance": None})
    given = {k: v for k, v in text.items() if k not in ("family", "learned")}
    flat_points = name == "gaussian"
    count = int(block.get("dim", 1)) if flat_points else len(singles)
    naturals = [natural(name, singles[0], given, random) for _ in range(count)]

    def declared(z: Member) -> arb:
        pieces: Sequence[Point] = [(v,) for p in z for v in p] if flat_points else z
        family = singles[0]
        return sum(
            (family.log_base(p) + inner(family.statistics(p), eta) for p, eta in zip(pieces, naturals, strict=True)),
            arb(0),
        )

    return declared


def natural(name: str, family: OracleFamily, given: Text, random: Random) -> Balls:
    """Natural parameters of one prior coordinate: from the numbers written, else random in the domain."""
    if given:
        for names, function in family.parametrisations.items():
            if set(names) == set(given):
                values = [given[n] for n in names]
                if name == "categorical":
                    return function([ball(Fraction(1)) for _ in family.points])
                return function([ball(Fraction(str(v))) for v in values])
        raise KeyError(f"{name}: {given}")
    while True:
        eta = [ball(draw(random, "generic")) for _ in family.statistics(family.points[0])]
        if family.in_domain(eta):
            return eta


def outcome(encoder: Text, decoder: Text, style: str, random: Random) -> Outcome | None:
    """The judge on one sampled model (None: not a valid model)."""
    model, description = sample(encoder, decoder, style, random)
    if not model.is_valid(members(model.latent, Random(1))):
        return None
    judgement = judge(model, random)
    if decoder["prior"] in ("implied", "free") and not is_proper(model, judgement):
        return None
    return Outcome(judgement.consistent, reached(encoder, model, judgement), judgement.dependent, description)


def is_proper(model: Model, judgement: Judgement) -> bool:
    """Whether the posterior parameters found are natural parameters, and no tail of the prior rises: both are necessary for
    an implied prior to integrate."""
    for _, eta in judgement.encoder:
        position = 0
        for family in model.latent:
            size = len(family.statistics(family.points[0]))
            if not family.in_domain(eta[position : position + size]):
                return False
            position += size
    start = tuple(family.points[0] for family in model.latent)
    return not any(rises(model, start, k, sign) for k in range(len(start)) for sign in (-1, 1))


def rises(model: Model, start: Member, k: int, sign: int) -> bool:
    """Whether log p(z) is larger far out on one side of coordinate k than nearer, where the family reaches that far."""
    family = model.latent[k]
    ends = [v for point in family.points for v in point]
    if family.is_finite or len(family.points[0]) > 1 or (max(ends) <= 1 if sign > 0 else min(ends) >= 0):
        return False
    near, far = ((*start[:k], (Fraction(sign * t),), *start[k + 1 :]) for t in (300, 3000))
    return bool(model.log_prior(far) > model.log_prior(near))


def reached(encoder: Text, model: Model, judgement: Judgement) -> bool | None:
    """Whether the encoder's network gives the exact posterior's parameters (None: not known, or not consistent)."""
    if not judgement.consistent:
        return None
    names = tuple(head.name for head in heads(encoder["output"]))
    shown = features(encoder.get("features", "identity"), model.observed)
    inputs = [shown(x) for x, _ in judgement.encoder]
    answers: list[bool | None] = []
    per_head: dict[str, list[list[arb]]] = {name: [] for name in names}
    sizes = [len(f.statistics(f.points[0])) for f in model.latent]
    for _, eta in judgement.encoder:
        rows: dict[str, list[arb]] = {name: [] for name in names}
        position = 0
        for family, size in zip(model.latent, sizes, strict=True):
            piece = eta[position : position + size]
            position += size
            if names not in family.inverses or not family.in_domain(piece):
                return None if names not in family.inverses else False
            values = family.inverses[names](piece)
            split = {names[0]: values} if len(names) == 1 else dict(zip(names, ([v] for v in values), strict=True))
            for name in names:
                rows[name] += split[name]
        for name in names:
            per_head[name].append(rows[name])
    for head in heads(encoder["output"]):
        outputs = per_head[head.name]
        answers.append(head_reached(head, encoder["map"], outputs, inputs))
    if False in answers:
        return False
    return None if None in answers else True


def zero(value: arb) -> bool:
    """Whether the ball holds 0."""
    return bool(value.contains(0))


def head_reached(head: HeadText, spec: Text, outputs: list[Balls], inputs: list[Balls]) -> bool | None:
    """One head: constant where it must be, affine or a function of the inputs where that decides."""
    if head.fixed is not None:
        return all(zero(v - ball(head.fixed)) for row in outputs for v in row)
    if head.learned is not None:
        first = outputs[0] if head.learned == "per_coordinate" else [outputs[0][0]] * len(outputs[0])
        return all(zero(v - w) for row in outputs for v, w in zip(row, first, strict=True))
    for i, row in enumerate(inputs):
        for j in range(i):
            same_input = all(zero(a - b) for a, b in zip(row, inputs[j], strict=True))
            if same_input and not all(zero(a - b) for a, b in zip(outputs[i], outputs[j], strict=True)):
                return False
    if spec["kind"] == "unrestricted":
        return True
    affine = reaches(outputs, inputs, bool(spec.get("bias", True)))
    if spec["kind"] == "affine":
        return affine
    return True if affine and may_hold_affine(spec, min(len(inputs[0]), len(outputs[0]))) else None


def outcomes(encoder: Text, decoder: Text, seed: int, rounds: int = 3) -> list[Outcome]:
    """The judge on models of every style."""
    require_understood(encoder, decoder)
    random = Random(seed)
    found = []
    encoder, decoder = {"map": {"kind": "unrestricted"}, **encoder}, {"map": {"kind": "unrestricted"}, **decoder}
    for _ in range(rounds):
        for style in STYLES:
            special = style in ("sparse", "lattice", "constant") and decoder["map"]["kind"] in ("mlp", "unrestricted")
            if special and not may_hold_affine(decoder["map"], 1):
                continue
            one = outcome(encoder, decoder, style, random)
            if one is not None:
                found.append(one)
    return found


def objections(word: str, seen: Sequence[Outcome], is_prior_known: bool = True) -> list[str]:
    """Why the verdict is refuted by these models; empty when it is not."""
    wrong = []
    for one in seen:
        if word == "tight" and one.is_member is False:
            wrong.append(f"tight, but a {one.description} model is not consistent: {one}")
        if word == "collapse" and one.is_member and one.dependent:
            wrong.append(f"collapse, but a dependent {one.description} model is consistent: {one}")
        if word == "impossible" and one.is_member:
            wrong.append(f"impossible, but a {one.description} model is consistent: {one}")
    independent = [one for one in seen if one.dependent is False]
    if word == "collapse" and is_prior_known and independent and all(one.is_member is False for one in independent):
        wrong.append("collapse, but no independent model was consistent: impossible?")
    generic = any(one.description in GENERIC for one in seen)  # else only models in the span were valid
    if word == "restricted" and generic and all(one.is_member for one in seen):
        wrong.append("restricted, but every model was consistent: tight?")
    return wrong
