"""How long a cold `tightcheck analyze` takes, as a multiple of `python -c "import sympy"` on the same machine.

    python -m tightcheck.experiments.startup [EXAMPLE ...]

Whole processes, interleaved so that a busy moment falls on all, medians compared. The aim is 1.25, the limit 1.5.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from statistics import median
from time import perf_counter

RUNS = 15
EXAMPLES = files("tightcheck") / "examples"
DESIGNS = ("text-vae-frequencies", "ppca-full", "gaussian-vae-images", "scvi-observed-library", "m2")
"""10000 words, a full covariance, 12288 pixels and 100 codes, single cells, labels."""

BASELINE = (sys.executable, "-c", "import sympy")


def command(example: str) -> tuple[str, ...]:
    """The command that analyses an example."""
    written = (str(EXAMPLES / example / f"{part}.yaml") for part in ("encoder", "decoder"))
    return (sys.executable, "-m", "tightcheck", "analyze", *written)


def seconds(command: Sequence[str]) -> float:
    """The wall-clock time of one whole process; its output is dropped."""
    start = perf_counter()
    finished = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    elapsed = perf_counter() - start
    if finished.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} returned {finished.returncode}: {finished.stderr}")
    return elapsed


def medians(commands: Sequence[Sequence[str]], runs: int = RUNS) -> list[float]:
    """The median seconds of each command; one uncounted run of each writes the bytecode."""
    for each in commands:
        seconds(each)
    rounds = [[seconds(each) for each in commands] for _ in range(runs)]
    return [median(column) for column in zip(*rounds, strict=True)]


def main() -> None:
    """Prints the medians and their ratios to the first."""
    examples = sys.argv[1:] or DESIGNS
    ground, *measured = medians([BASELINE, *map(command, examples)])
    print(f"{'import sympy':30}{ground:.3f} s (median of {RUNS})")
    for example, time in zip(examples, measured, strict=True):
        print(f"{example:30}{time:.3f} s   ratio {time / ground:.2f}")


if __name__ == "__main__":
    main()
