"""How long a cold `tightcheck analyze` takes, as a multiple of `python -c "import sympy"` on the same machine.

    python -m tightcheck.experiments.startup [ENCODER DECODER]

Whole processes, interleaved so that a busy moment falls on both, medians compared. The aim is 1.25, the limit 1.5.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from statistics import median
from time import perf_counter

RUNS = 15
EXAMPLE = files("tightcheck") / "examples" / "text-vae-frequencies"
BASELINE = (sys.executable, "-c", "import sympy")


def seconds(command: Sequence[str]) -> float:
    """The wall-clock time of one whole process; its output is dropped."""
    start = perf_counter()
    finished = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    elapsed = perf_counter() - start
    if finished.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} returned {finished.returncode}: {finished.stderr}")
    return elapsed


def ratio(command: Sequence[str], baseline: Sequence[str] = BASELINE, runs: int = RUNS) -> tuple[float, float, float]:
    """The medians of both in seconds, and their ratio; one uncounted run of each writes the bytecode."""
    seconds(baseline), seconds(command)
    pairs = [(seconds(baseline), seconds(command)) for _ in range(runs)]
    ground, measured = (median(column) for column in zip(*pairs, strict=True))
    return measured, ground, measured / ground


def main() -> None:
    """Prints the medians and the ratio."""
    design = sys.argv[1:] or [str(EXAMPLE / "encoder.yaml"), str(EXAMPLE / "decoder.yaml")]
    measured, ground, times = ratio((sys.executable, "-m", "tightcheck", "analyze", *design))
    print(f"import sympy        {ground:.3f} s (median of {RUNS})")
    print(f"tightcheck analyze  {measured:.3f} s (median of {RUNS})")
    print(f"ratio               {times:.2f}")


if __name__ == "__main__":
    main()
