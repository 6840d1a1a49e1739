"""Section 4.3: deep encoders on frequencies are sub-optimal for this data set."""

from __future__ import annotations

from statistics import mean

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.entries.text_across_settings import TEST, TRAINING


def check() -> tuple[str, ...]:
    """The differences between e2 and e1."""
    differences = [cell[1] - cell[0] for table in (TRAINING, TEST) for row in table.values() for cell in row]
    assert min(differences) == 5
    return (f"e1 is better than e2 by 5 to {max(differences)}, on average {mean(differences):.1f}",)


CLAIM = Claim(
    order=12.2,
    title="deep encoders on frequencies",
    where="section 4.3, last paragraph",
    says="VAEs with deep encoders based on word frequencies are sub-optimal for this data set.",
    status=Status.EMPIRICAL,
    because=(
        "True of the table, 24 of 24 settings, one run each. That no encoder of frequencies can be exact "
        "unless the decoder is constant is proved; how much it costs is empirical, and depends on how much "
        "the lengths vary."
    ),
    check=check,
    data={"training": TRAINING, "test": TEST},
    ours={"text/*.jsonl": ("bits", "depth", "encoder", "train", "test")},
)
