"""The registry cannot drift: files = families = rows of the table; names lead to families, or to a sentence."""

import subprocess
import sys
from dataclasses import fields
from importlib.metadata import EntryPoint
from inspect import signature
from pathlib import Path

import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.family import Family
from tightcheck.parametrise import SPELLINGS, find

FOLDER = Path(registry.__file__).parent / "families"
NAMES = registry.names()


def row(family: Family) -> str:
    """The family's row of the table in families/README.md."""
    known = ", ".join(parameter.symbol.name for parameter in family.fixed)
    written = "; ".join(", ".join(way.parameters) for way in _stated(family.name).parametrisations)
    return f"| `{family.name}` | {family.summary} | {known} | {written} | {', '.join(family.aliases)} |"


def _stated(name: str) -> Family:
    made = registry._stated(name)
    return made if isinstance(made, Family) else made()


def takes_dimension(name: str) -> bool:
    made = registry._stated(name)
    return not isinstance(made, Family) and "dimension" in signature(made).parameters


def test_the_table_has_one_row_for_each_file() -> None:
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert rows == [row(registry.load(name)) for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_named_after_its_family(name: str) -> None:
    family = registry.load(name)
    assert family.name == name
    assert (FOLDER / f"{name}.py").read_text(encoding="utf-8").startswith('"""')
    for alias in family.aliases:
        assert registry.load(alias) is not None
        assert registry.load(alias).name == name


def test_names_and_aliases_are_all_different() -> None:
    words = [*NAMES, *(alias for name in NAMES for alias in registry.load(name).aliases), *registry.REFUSED]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", NAMES)
def test_every_family_can_be_written_by_its_natural_parameters(name: str) -> None:
    family = registry.load(name)
    natural = find(family, ["natural"])
    assert natural is not None
    assert natural.symbols == natural.natural == natural.inverse == family.natural_parameters
    assert len({frozenset(way.parameters) for way in family.parametrisations}) == len(family.parametrisations)


@pytest.mark.parametrize("name", [n for n in NAMES if takes_dimension(n)])
@pytest.mark.parametrize("step", [1, 2])
def test_a_vector_family_has_any_dimension(name: str, step: int) -> None:
    small = registry.load(name)
    assert small.dimension is not None
    large = registry.load(name, dimension=small.dimension + step)
    assert large.dimension == small.dimension + step
    assert len(large.natural_parameters) == len(large.statistics) > len(small.statistics)


@pytest.mark.parametrize(
    ("names", "family", "symbols"),
    [
        (["loc", "std"], "gaussian", "mean scale"),
        (["mu", "logvar"], "gaussian", "mean log_variance"),
        (["log_rate", "shape"], "gamma", "shape log_rate"),
        (["concentration1", "concentration0"], "beta", "alpha beta"),
        (["kappa", "mu"], "von_mises_fisher", "loc_1 loc_2 loc_3 concentration"),
        (["mean", "scale_tril"], "full_gaussian", "mean_1 mean_2 cholesky_11 cholesky_21 cholesky_22"),
    ],
)
def test_parameters_are_found_by_the_names_that_people_write(names: list[str], family: str, symbols: str) -> None:
    way = find(registry.load(family), names)
    assert way is not None
    assert [symbol.name for symbol in way.symbols] == symbols.split()


def test_spellings_lead_to_words_of_the_registry() -> None:
    words = {word for name in NAMES for way in registry.load(name).parametrisations for word in way.parameters}
    assert set(SPELLINGS.values()) <= words


def test_fixed_parameters_take_values_by_any_of_their_names() -> None:
    eta = registry.load("binomial").natural_parameters[0]
    assert registry.load("binomial", fixed={"n": 7}) is not registry.load("binomial")
    assert registry.load("binomial", fixed={"total_count": 7}).log_partition == 7 * sp.log(1 + sp.exp(eta))
    assert registry.load("binomial", fixed={"trials": sp.Integer(7)}).support.cardinality == 8
    assert registry.load("gaussian_fixed_variance", fixed={"scale": 3}).log_partition == sp.Rational(9, 2) * eta**2
    free = registry.load("negative_binomial")
    assert [parameter.symbol.name for parameter in free.fixed] == ["r"]
    assert registry.load("negative_binomial", fixed={"dispersion": 2}).fixed == ()


@pytest.mark.parametrize(
    ("name", "choices", "fixed"),
    [
        ("poisson", {"dimension": 3}, {}),
        ("negative_binomial", {}, {"r": -1}),
        ("negative_binomial", {}, {"r": sp.oo}),
        ("multinomial_random_length", {}, {"continuation": 2}),
        ("truncated_gaussian", {}, {"lower": 1, "upper": 0}),
        ("truncated_gaussian", {}, {"upper": sp.oo}),
        ("binomial", {}, {"trials": 0}),
        ("binomial", {}, {"trials": sp.Rational(5, 2)}),
        ("categorical", {"dimension": 0}, {}),
        ("markov_random_field", {"edges": [(0, 3)]}, {}),
        ("matrix_normal", {"row_covariance": [[1, 2], [2, 1]]}, {}),
    ],
)
def test_choices_that_a_family_does_not_have_are_refused(
    name: str, choices: dict[str, object], fixed: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=name.split("_")[0] if name != "markov_random_field" else "edges"):
        registry.load(name, fixed=fixed, **choices)  # type: ignore[arg-type]


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(registry.UnknownFamily, match="nearest names are poisson"):
        registry.load("poison")
    with pytest.raises(registry.UnknownFamily, match="No family is called"):
        registry.load("../../etc/passwd")


@pytest.mark.parametrize("name", sorted(registry.REFUSED))
def test_what_is_no_exponential_family_is_refused_with_the_nearest_that_is(name: str) -> None:
    with pytest.raises(registry.RefusedFamily) as caught:
        registry.load(name)
    assert caught.value.refusal.reason in str(caught.value)
    assert set(caught.value.refusal.nearest.replace(",", "").split()) & set(NAMES), "no family of the registry is named"


def test_other_packages_add_families_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("mine", "tightcheck.families.poisson:FAMILY", registry.ENTRY_POINTS)

    def entry_points(**wanted: str) -> list[EntryPoint]:
        return [point] if wanted["group"] == registry.ENTRY_POINTS and wanted.get("name", "mine") == "mine" else []

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    assert registry.extensions() == ("mine",)
    assert registry.load("mine").name == "poisson"


def test_one_family_is_loaded_without_the_others() -> None:
    script = """
import sys
from tightcheck import registry
registry.names(), registry.load("gaussian"), registry.load("diagonal gaussian")
loaded = [name for name in sys.modules if name.startswith("tightcheck.families.")]
assert loaded == ["tightcheck.families.gaussian"], loaded
heavy = {"numpy", "scipy", "networkx", "torch", "rich"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)


def test_the_field_knows_how_hard_its_graph_is() -> None:
    from tightcheck.families.markov_random_field import is_tractable, treewidth

    path = [(k, k + 1) for k in range(30)]
    complete = [(i, j) for i in range(30) for j in range(i)]
    assert treewidth(path) == 1
    assert treewidth(complete) == 29
    assert is_tractable(path)
    assert not is_tractable(complete)


def test_a_series_states_its_error() -> None:
    """Every declared series, at dispersion 1 a Poisson's, is within its bound of the sum to 30 digits."""
    for family in (f for f in map(registry.load, NAMES) if f.series is not None):
        assert family.series is not None
        values = dict(zip(family.natural_parameters, (sp.log(3), sp.Integer(-1)), strict=True))
        total, error = family.series.evaluate(values)
        assert abs(total - float(sp.exp(3))) <= error + 1e-13 * total
        assert error <= 1e-12 * total


def test_a_family_is_data() -> None:
    """No field of a family is a function."""
    for name in NAMES:
        family = registry.load(name)
        assert not any(callable(getattr(family, field.name)) for field in fields(family) if field.name != "support")


@pytest.mark.parametrize(
    ("name", "parameter", "other"), [("truncated_gaussian", "lower", -1), ("binomial", "trials", 7)]
)
def test_what_a_family_is_built_with_is_not_changed_afterwards(name: str, parameter: str, other: int) -> None:
    """The interval and the number of trials are in no formula as a symbol: another value is loaded, not put in."""
    family = registry.load(name)
    assert family.with_fixed({p.symbol.name: p.default for p in family.fixed}).fixed == ()
    with pytest.raises(ValueError, match=rf'registry.load\("{name}", fixed='):
        family.with_fixed({parameter: other})
    built = registry.load(name, fixed={parameter: other})
    assert sp.Integer(other) in built.support.bounds[0]


@pytest.mark.parametrize("edges", [[(3, 4)], [(3, 4), (4, 5)], [(0, 1)], [(0, 5), (1, 5)]])
def test_a_graph_with_edges_is_looked_at_with_edges(edges: list[tuple[int, int]]) -> None:
    few = registry.representative_edges(6, edges)
    assert few
    assert (0, 1) not in few
