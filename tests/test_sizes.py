"""A billion pixels and a million latents cost what a few do, and no example's verdict turns with its size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tightcheck.decide import decide
from tightcheck.design import Conditional, Design, Head, Map
from tightcheck.read_yaml import read_design
from tightcheck.strategies import WrittenDesign
from tightcheck.strategies.words import Words
from tightcheck.verdict import Verdict

EXAMPLES = sorted(f for f in (Path(__file__).parent.parent / "tightcheck" / "examples").iterdir() if f.is_dir())


def grown(design: Design, latents: int, observed: int) -> Design:
    """The design with other numbers of coordinates in every block that has several, and hidden layers as wide as those.

    The widths grow along because a narrow network cannot hold a map of high rank: that turns a verdict, and rightly.
    """

    def widened(head: Head) -> Head:
        if not isinstance(head.source, Map):
            return head
        return replace(head, source=replace(head.source, hidden=(2 * (latents + observed),) * len(head.source.hidden)))

    def sized(conditional: Conditional, copies: int) -> Conditional:
        block = replace(conditional.block, copies=copies if conditional.block.copies > 1 else 1)
        return replace(conditional, block=block, heads=tuple(widened(head) for head in conditional.heads))

    return replace(
        design,
        encoder=tuple(sized(each, latents) for each in design.encoder),
        decoder=tuple(sized(each, observed) for each in design.decoder),
    )


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_no_example_turns_with_its_size(folder: Path) -> None:
    design = read_design(folder / "encoder.yaml", folder / "decoder.yaml")
    for prior in dict.fromkeys((design.prior.kind, "implied")):
        large = decide(grown(design, 10**6, 10**9), prior).verdict
        assert large in (decide(design, prior).verdict, Verdict.UNDECIDED)


@pytest.mark.parametrize("expression", ["a*z[0] - 2*z[1]", "a*z[0]*z[1]", "exp(a*z[0])"])
def test_a_decoder_that_is_written_out_is_looked_at_once_for_all_pixels(expression: str) -> None:
    def written(pixels: int) -> Design:
        latent: Words = {"latent": {"family": "bernoulli", "dim": 2}, "map": {"kind": "affine"}, "output": "logits"}
        observed: Words = {
            "observed": {"family": "bernoulli", "dim": pixels},
            "map": {"kind": "expression", "expression": expression, "parameters": ["a"]},
            "output": "logits",
            "prior": "implied",
        }
        return WrittenDesign(latent, observed).design()

    small, large = (decide(written(pixels), "implied").verdict for pixels in (3, 10**9))
    assert small is large is not Verdict.UNDECIDED
