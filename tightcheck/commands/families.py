"""`tightcheck families`: the registry."""

from __future__ import annotations

import sys

import click

from tightcheck.commands import DECIDED, NOT_MET, require_extra, show, table


@click.command("families")
@click.argument("name", required=False)
@click.option("--laws", "is_tested", is_flag=True, help="Test the family NAME against the laws that all obey.")
def command(name: str | None, is_tested: bool) -> None:
    """List the families, or state the facts of one.

    With --laws returns 0 when the family obeys every law, and 1, with a sentence for each law that it breaks, when not.
    """
    if is_tested:
        _test(name)
        return
    from tightcheck import registry
    from tightcheck.joint.show import text

    if name is not None:
        from tightcheck.report import family

        show(family.render(registry.load(name)))
        return
    table(
        ("family", "a draw is", "statistics"),
        [
            (
                family.name,
                family.summary,
                ", ".join(map(text, family.statistics)),
            )
            for family in map(registry.load, (*registry.names(), *registry.extensions()))
        ],
    )
    click.echo(f"Refused by name, with the reason: {', '.join(sorted(registry.REFUSED))}.")


def _test(name: str | None) -> None:
    """Every law on one family."""
    if name is None:
        raise click.UsageError("--laws tests one family; write: tightcheck families NAME --laws")
    require_extra("train", "scipy", "torch")
    from tightcheck import laws, registry

    family = registry.load(name)
    found = laws.broken(family)
    for law in laws.LAWS:
        if law in found:
            show(f"{law}: broken. {found[law]}")
        else:
            show(f"{law}: {'not asked' if 'minimality' in found else 'holds'}")
    sys.exit(NOT_MET if found else DECIDED)
