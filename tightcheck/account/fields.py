"""What the sentences about one lemma are filled with: the names of blocks, families and terms."""

from __future__ import annotations

from dataclasses import dataclass

from tightcheck.account.case import Case
from tightcheck.account.words import article, listed, spoken
from tightcheck.design import Conditional, Constant, Head, Map
from tightcheck.joint import show
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.zero import Entries

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


@dataclass(frozen=True)
class Fields:
    """What the sentences of one lemma are filled with."""

    case: Case
    latent: Conditional
    observed: tuple[Conditional, ...]
    entries: Entries

    @property
    def texts(self) -> dict[str, str]:
        """The fields by their names."""
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
            "grows": "grow" if self.has_many else "grows",
            "does": "do" if self.has_many else "does",
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
    def has_many(self) -> bool:
        """Whether the lemma removes several statistics of z."""
        return len({entry[3] for entry in self.entries}) > 1

    @property
    def zero(self) -> str:
        """W = 0 and V = 0, as far as whole blocks vanish."""
        names = self.case.dead_among(self.entries)
        return (
            " = ".join((*names, "0"))
            if names
            else f"{self.statistic} {'have' if self.has_many else 'has'} no part in f"
        )

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


def _network(source: Map | None) -> str:
    if source is None or source.kind != "mlp":
        return "output"
    return f"network of {source.activation} units"
