"""`tightcheck joint`: Theorem 1's joint of two families, and for which W it is a density."""

from __future__ import annotations

import sys

import click

from tightcheck.commands import DECIDED, UNDECIDED, show


@click.command("joint")
@click.argument("family_x")
@click.argument("family_z")
@click.option(
    "--dims",
    "sizes",
    type=(int, int),
    metavar="N M",
    help="Draws of a scalar family, the dimension of a vector family: N of x, M of z.",
)
@click.option(
    "--fix",
    "fixes",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fixed parameter or choice: r=3, or x.r=3 for one side.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the certificate.")
def command(family_x: str, family_z: str, sizes: tuple[int, int] | None, fixes: tuple[str, ...], as_json: bool) -> None:
    """State the joint of two families, and when it is a density.

    FAMILY_X is the decoder's, FAMILY_Z the encoder's; several blocks of one side are joined by +, each with its size. Stated are
    its form, the exact constraints on W under which it is a density with proper conditionals, the implied prior, its name
    in the literature, and the certificate. Returns 0 when decided, 3 when undecided, 2 for bad input.

    \b
    tightcheck joint poisson gaussian
    tightcheck joint bernoulli gaussian --dims 3 2
    tightcheck joint negative_binomial beta --fix r=3
    tightcheck joint bernoulli:4+poisson gaussian:2
    """
    from tightcheck.atlas import facts
    from tightcheck.atlas.choices import ChoiceError, asked

    try:
        x, z = asked((family_x, family_z), sizes, fixes)
    except ChoiceError as error:
        raise click.UsageError(str(error)) from None
    found = facts.pair(x, z)
    if as_json:
        import json

        show(json.dumps(facts.data(found), indent=2))
    else:
        from tightcheck.atlas import text

        show(text.render(found))
    sys.exit(UNDECIDED if found.density.what.word == "undecided" else DECIDED)
