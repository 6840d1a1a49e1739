"""Pairwise binary Markov random field on a graph: the Boltzmann machine, statistics x_i and x_i x_j for each edge."""

from collections.abc import Iterable
from itertools import product

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support


def build(dimension: int = 3, edges: Iterable[tuple[int, int]] = ((0, 1), (1, 2))) -> Family:
    """The field on `dimension` nodes 0, 1, ...; `edges` are pairs of nodes, for example a networkx graph's `edges`."""
    pairs = tuple(sorted({(min(edge), max(edge)) for edge in edges}))
    if any(i == j or i < 0 or j >= dimension for i, j in pairs):
        raise ValueError(
            f"the edges of a field on {dimension} nodes join two different nodes among 0, ..., {dimension - 1}."
        )
    x = sp.symbols(f"x_1:{dimension + 1}", integer=True, nonnegative=True)
    states = sp.symbols(f"s_1:{dimension + 1}", integer=True, nonnegative=True)
    bias = sp.symbols(f"eta_1:{dimension + 1}", real=True)
    coupling = tuple(sp.Symbol(f"eta_{i + 1}_{j + 1}", real=True) for i, j in pairs)
    u = sp.Symbol("u", integer=True, nonnegative=True)
    eta = (*bias, *coupling)
    energy = sum(e * t for e, t in zip(eta, _statistics(states, pairs), strict=True))
    return Family(
        name="markov_random_field",
        summary="bits that interact along the edges of a graph",
        aliases=("boltzmann_machine", "mrf", "pairwise_markov_random_field"),
        variables=x,
        support=Support(
            is_discrete=True,
            cardinality=2**dimension,
            points=_configurations(dimension, pairs),
            bounds=((sp.Integer(0), sp.Integer(1)),) * dimension,
        ),
        statistics=_statistics(x, pairs),
        log_base_measure=sp.Integer(0),
        natural_parameters=eta,
        natural_domain=(),
        log_partition=sp.log(sp.Sum(sp.exp(energy), *((s, 0, 1) for s in states))),
        partition="finite",
        parametrisations=(Parametrisation({"bias": bias, "coupling": coupling}, eta, eta),),
        slices=tuple(Slice(u, (*x[:k], u, *x[k + 1 :]), 2, (0, 1)) for k in range(dimension)),
        dimension=dimension,
        reference="Ackley, Hinton and Sejnowski 1985",
    )


def treewidth(edges: Iterable[tuple[int, int]]) -> int:
    """An upper bound w of the treewidth (minimum fill-in heuristic): exact inference costs about n 2^(w + 1)."""
    import networkx as nx
    from networkx.algorithms.approximation import treewidth_min_fill_in

    width, _ = treewidth_min_fill_in(nx.Graph(tuple(edges)))
    return int(width)


def is_tractable(edges: Iterable[tuple[int, int]], largest: int = 20) -> bool:
    """Whether exact inference is affordable on this graph: its treewidth is at most `largest`."""
    return treewidth(edges) <= largest


def _statistics(x: tuple[sp.Symbol, ...], pairs: tuple[tuple[int, int], ...]) -> tuple[sp.Expr, ...]:
    """Each node, then each edge's product."""
    return (*x, *(x[i] * x[j] for i, j in pairs))


def _configurations(dimension: int, pairs: tuple[tuple[int, int], ...]) -> tuple[tuple[sp.Expr, ...], ...]:
    """Every configuration of few nodes; else none on, one node on, one edge's ends on, all on."""
    if dimension <= 4:
        on = [{i for i, bit in enumerate(bits) if bit} for bits in product((0, 1), repeat=dimension)]
    else:
        on = [set(), *({i} for i in range(dimension)), *(set(pair) for pair in pairs), set(range(dimension))]
    return tuple(tuple(sp.Integer(i in chosen) for i in range(dimension)) for chosen in on)
