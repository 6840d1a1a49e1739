"""The ledger: every statement has a status, a reason, and a check that confirms it and can fail."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from tightcheck.claims import Status, find, names, results
from tightcheck.claims.entries import corollary_1, text_across_settings, zero_error_conditions
from tightcheck.claims.logarithms import ZERO, divergence, least_divergence, log
from tightcheck.commands.claims import command

PROOFS = Path(__file__).parent.parent / "proofs"
ASKED = {
    "elbo-forms": Status.HOLDS,
    "amortisation": Status.HOLDS,
    "theorem-1": Status.HOLDS,
    "remark-1": Status.HOLDS,
    "remark-2": Status.HYPOTHESIS,
    "corollary-1": Status.FALSE,
    "linear-regime": Status.HOLDS,
    "example-1-quadratic": Status.HOLDS,
    "example-1-joint": Status.HYPOTHESIS,
    "example-2-rbm": Status.HOLDS,
    "example-2-marginal": Status.HOLDS,
    "example-3-family": Status.FALSE,
    "example-3-frequencies": Status.HOLDS,
    "example-1-ppca": Status.HYPOTHESIS,
    "dai-wipf-limit": Status.HOLDS,
    "bounded-variance": Status.HYPOTHESIS,
    "sicks": Status.HOLDS,
    "mean-field": Status.HOLDS,
    "not-enlarged": Status.HOLDS,
    "cremer-expressive": Status.HOLDS,
    "text-across-settings": Status.FALSE,
    "toy-mixture": Status.EMPIRICAL,
    "celeba": Status.EMPIRICAL,
}


def test_the_ledger_holds_the_statements_with_their_status() -> None:
    assert set(names()) >= ASKED.keys()
    assert {name: find(name).status for name in ASKED} == ASKED
    orders = [find(name).order for name in names()]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("name", names())
def test_a_statement_is_confirmed_and_explained(name: str) -> None:
    claim = find(name)
    assert claim.check()
    assert len(claim.because) > 80
    assert re.search(r"section|abstract", claim.where)
    if claim.status is Status.FALSE:
        assert claim.counterexample


@pytest.mark.parametrize("name", [name for name in names() if find(name).proof])
def test_the_theorem_behind_a_statement_exists(name: str) -> None:
    file, _, theorem = find(name).proof.partition(".")
    assert re.search(rf"^(Theorem|Lemma) {theorem}\b", (PROOFS / f"{file}.v").read_text(), re.MULTILINE)


def test_logarithms_are_exact() -> None:
    assert log(6) == log(2) + log(3)
    assert log(Fraction(8, 9)) == 3 * log(2) - 2 * log(3)
    assert log(7) != log(5) + log(2)
    assert divergence((Fraction(1, 2),) * 2, (Fraction(1, 2),) * 2) == ZERO
    assert float(log(10)) == pytest.approx(2.302585092994046, rel=1e-15)


def test_the_enclosure_of_the_best_factorised_approximation() -> None:
    low, high = least_divergence([0.1 * 0.3, 0.1 * 0.7, 0.9 * 0.3, 0.9 * 0.7], 20000)
    assert low < 1e-6
    assert low > -1e-4
    assert abs(high) < 1e-4
    low, high = least_divergence([9 / 20, 1 / 20, 1 / 20, 9 / 20], 20000)
    assert low < high < low + 1e-4


def test_our_runs_stand_beside_the_paper_s_numbers(tmp_path: Path) -> None:
    assert results.ours({"toy.jsonl": ("figure",)}, tmp_path) == {}
    records = [{"figure": "a", "test": [3.0, 2.0], "elbo": [-5.0, -4.0]}, {"figure": "b"}]
    (tmp_path / "toy.jsonl").write_text("\n".join(map(json.dumps, records)) + "\n")
    found = results.ours({"toy.jsonl": ("figure", "test", "elbo")}, tmp_path)
    assert found == {"toy.jsonl": [{"figure": "a", "test": 2.0, "elbo": -4.0}, {"figure": "b"}]}
    assert all(find(name).ours for name in names() if find(name).data)


def test_a_check_fails_where_the_numbers_are_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corollary_1, "ONE_PARENT", (Fraction(1, 2),) * 5)
    with pytest.raises(AssertionError):
        corollary_1.check()
    monkeypatch.setattr(zero_error_conditions, "least_divergence", lambda p: (0.0, 0.0))
    with pytest.raises(AssertionError):
        zero_error_conditions.check()
    monkeypatch.setitem(text_across_settings.TEST, 16, ((409, 417, 421), (404, 419, 420), (410, 416, 422)))
    with pytest.raises(AssertionError):
        text_across_settings.check()


def test_the_command_lists_explains_and_checks() -> None:
    runner = CliRunner()
    listed = runner.invoke(command, ["--json"])
    assert [entry["id"] for entry in json.loads(listed.output)] == list(names())
    explained = runner.invoke(command, ["corollary-1", "--check"])
    assert explained.exit_code == 0
    assert "false as stated" in explained.output
    assert "9/25" in explained.output
    unknown = runner.invoke(command, ["corollary-2"])
    assert unknown.exit_code == 2
    assert "corollary-1" in unknown.output


def test_a_failed_check_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corollary_1, "ONE_PARENT", (Fraction(1, 2),) * 5)
    failed = CliRunner().invoke(command, ["corollary-1", "--check"])
    assert failed.exit_code == 70
    assert "FAILED" in failed.output
