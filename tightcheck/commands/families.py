"""`tightcheck families`: the registry."""

from __future__ import annotations

import click

from tightcheck.commands import show, table


@click.command("families")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the families, or state the facts of one."""
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
