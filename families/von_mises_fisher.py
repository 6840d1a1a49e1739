"""Von Mises-Fisher: unit vectors in n dimensions, with respect to the surface measure of the sphere."""

import sympy as sp

from tightcheck.family import Chart, Family, Growth, Parametrisation, Slice, Support, Twin


def build(dimension: int = 3) -> Family:
    """The von Mises-Fisher family on the unit sphere of R^`dimension`, dimension >= 2."""
    x = sp.symbols(f"x_1:{dimension + 1}", real=True)
    eta = sp.symbols(f"eta_1:{dimension + 1}", real=True)
    loc = sp.symbols(f"loc_1:{dimension + 1}", real=True)
    concentration = sp.Symbol("concentration", positive=True)
    length = sp.sqrt(sum(e**2 for e in eta))
    order = sp.Rational(dimension, 2) - 1
    area = 2 * sp.pi ** sp.Rational(dimension, 2) / sp.gamma(sp.Rational(dimension, 2))
    return Family(
        name="von_mises_fisher",
        summary="unit vectors",
        aliases=("vmf", "hyperspherical"),
        variables=x,
        support=Support(
            is_discrete=False, cardinality="continuum", points=_directions(dimension), chart=_angles(dimension)
        ),
        statistics=x,
        log_base_measure=sp.Integer(0),
        natural_parameters=eta,
        natural_domain=(),
        log_partition=sp.Piecewise(
            (sp.log((2 * sp.pi) ** (order + 1) * sp.besseli(order, length) / length**order), length > 0),
            (sp.log(area), True),
        ),
        partition="entire",
        parametrisations=(
            Parametrisation(
                {"loc": loc, "concentration": concentration},
                tuple(concentration * direction for direction in loc),
                (*(e / length for e in eta), length),
            ),
        ),
        synonyms={"mean_direction": "loc", "mu": "loc", "kappa": "concentration"},
        growth=(Growth("norm", length - sp.Rational(dimension - 1, 2) * sp.log(length)),),
        slices=_circles(dimension),
        dimension=dimension,
        scipy=Twin("vonmises_fisher", {"mu": sp.Tuple(*(e / length for e in eta)), "kappa": length}),
        reference="Davidson et al. 2018 (hyperspherical VAE)",
    )


def _directions(dimension: int) -> tuple[tuple[sp.Expr, ...], ...]:
    """The axes, both ways, and directions between neighbouring ones."""
    axes = tuple(tuple(sp.Integer(s * (i == k)) for i in range(dimension)) for k in range(dimension) for s in (1, -1))
    weights = ({k: sp.Rational(3, 5), (k + 1) % dimension: sp.Rational(4, 5)} for k in range(dimension))
    return (*axes, *(tuple(w.get(i, sp.Integer(0)) for i in range(dimension)) for w in weights))


def _angles(dimension: int) -> Chart:
    """Spherical coordinates."""
    angles = sp.symbols(f"angle_1:{dimension}", real=True)
    sines = [sp.prod(sp.sin(a) for a in angles[:k]) for k in range(dimension)]
    return Chart(
        coordinates=angles,
        bounds=(*((sp.Integer(0), sp.pi) for _ in angles[:-1]), (-sp.pi, sp.pi)),
        point=(*(sine * sp.cos(a) for sine, a in zip(sines, angles, strict=False)), sines[-1]),
        log_volume=sum(((dimension - 2 - k) * sp.log(sp.sin(a)) for k, a in enumerate(angles[:-1])), sp.Integer(0)),
    )


def _circles(dimension: int) -> tuple[Slice, ...]:
    """Turning one axis towards the last, the other coordinates kept in the ratio of the weights."""
    u = sp.Symbol("u", real=True)
    weight = sp.symbols(f"weight_1:{dimension}", real=True)
    squares = [w**2 for w in weight]
    return tuple(
        Slice(
            u,
            tuple(
                c / sp.sqrt(1 + sum(squares) - squares[k])
                for c in (*weight[:k], sp.cos(u), *weight[k + 1 :], sp.sin(u))
            ),
            "continuum",
            (-sp.pi, sp.pi),
        )
        for k in range(dimension - 1)
    )
