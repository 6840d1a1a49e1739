"""`tightcheck claims`: the paper's statements, their status, and the checks behind them."""

from __future__ import annotations

import sys

import click

from tightcheck import commands
from tightcheck.commands import BROKEN


@click.command("claims")
@click.argument("name", required=False, metavar="[ID]")
@click.option("--check", "is_checked", is_flag=True, help="Run the checks.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(name: str | None, is_checked: bool, as_json: bool) -> None:
    """List the paper's statements and their status, or explain one.

    Returns 0, or 70 when a check does not confirm what the ledger says.
    """
    from tightcheck import claims

    if name is not None and name not in claims.names():
        from difflib import get_close_matches

        nearest = get_close_matches(name, claims.names(), n=1)
        guess = f"Did you mean {nearest[0]!r}?" if nearest else "`tightcheck claims` lists them."
        raise click.UsageError(f"There is no statement {name!r}. {guess}")
    chosen = [name] if name is not None else list(claims.names())
    facts = {name: _checked(name) for name in chosen} if is_checked else {}
    if as_json:
        _print_json(chosen, facts)
    elif name is not None:
        _explain(name, facts)
    else:
        _list(chosen, facts)
    sys.exit(BROKEN if None in facts.values() else 0)


def _checked(name: str) -> tuple[str, ...] | None:
    """What the check verified, or None where it failed."""
    from tightcheck import claims

    try:
        return claims.find(name).check()
    except AssertionError:
        return None


def _list(names: list[str], facts: dict[str, tuple[str, ...] | None]) -> None:
    from tightcheck import claims

    def last(name: str) -> str:
        if not facts:
            return claims.find(name).where
        return "failed" if facts[name] is None else "confirmed"

    rows: list[tuple[str, ...]] = [(name, claims.find(name).status.value, last(name)) for name in names]
    commands.table(("statement", "status", "check" if facts else "where"), rows)


def _explain(name: str, facts: dict[str, tuple[str, ...] | None]) -> None:
    from textwrap import fill

    from tightcheck import claims
    from tightcheck.claims import results

    claim = claims.find(name)
    parts = [f"{name}: {claim.status.value} ({claim.where})", f"The paper: {claim.says}", claim.because]
    parts += [f"Counterexample: {claim.counterexample}"] if claim.counterexample else []
    parts += (
        [f"Checked by Coq: proofs/{claim.proof.partition('.')[0]}.v, {claim.proof.partition('.')[2]}."]
        if claim.proof
        else []
    )
    parts += [f"{key}: {value}" for key, value in claim.data.items()]
    parts += [f"Ours, {file}: {row}" for file, rows in results.ours(claim.ours).items() for row in rows]
    if name in facts:
        found = facts[name]
        parts += ["The check FAILED."] if found is None else [f"Verified: {fact}." for fact in found]
    commands.show("\n\n".join(fill(part, 110) for part in parts))


def _print_json(names: list[str], facts: dict[str, tuple[str, ...] | None]) -> None:
    import json

    from tightcheck import claims
    from tightcheck.claims import results

    found = []
    for name in names:
        claim = claims.find(name)
        entry: dict[str, object] = {
            "id": name,
            "title": claim.title,
            "where": claim.where,
            "says": claim.says,
            "status": claim.status.value,
            "because": claim.because,
            "counterexample": claim.counterexample,
            "proof": claim.proof,
            "data": claim.data,
            "ours": results.ours(claim.ours),
        }
        if name in facts:
            entry["verified"] = facts[name]
        found.append(entry)
    commands.show(json.dumps(found, indent=2))
