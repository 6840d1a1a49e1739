"""Names as a reader says them."""

from __future__ import annotations

from collections.abc import Sequence

PROPER = frozenset(
    "gaussian poisson bernoulli rademacher dirichlet mises fisher wishart weibull laplace rayleigh pareto markov"
    " maxwell conway".split()
)


def spoken(name: str) -> str:
    """A family's name in words: `isotropic_gaussian` is isotropic Gaussian."""
    words = " ".join(word.capitalize() if word in PROPER else word for word in name.split("_"))
    words = words.replace("log normal", "log-normal").replace("logit normal", "logit-normal")
    return words.replace("Mises Fisher", "Mises-Fisher").replace("Conway Maxwell Poisson", "Conway-Maxwell-Poisson")


def article(noun: str) -> str:
    """The noun with its indefinite article."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """a; a and b; a, b and c."""
    distinct = list(dict.fromkeys(words))
    return (
        distinct[0] if len(distinct) == 1 else f"{', '.join(distinct[:-1])} {last} {distinct[-1]}" if distinct else ""
    )
