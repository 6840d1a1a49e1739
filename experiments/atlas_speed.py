"""How long the atlas of all pairs takes: written for the first time, and looked through again.

    python -m tightcheck.experiments.atlas_speed [--workers N]

Whole processes, each after its own run of `python -c "import sympy"`: seconds on the processor (of all workers together) and
by the clock on the wall, and the ratio of processor times. On a machine that is shared only the processor's tell much: over
the number of cores they are the least that the wall's can be. The limits are 60 s and 2 s on two cores.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tightcheck.experiments.startup import YARDSTICK, time_of

LIMITS = {"cold": 60, "warm": 2}


def main() -> None:
    """Measures the atlas once cold and once warm, and prints a line for each."""
    parser = argparse.ArgumentParser(description="Times the atlas of all pairs.")
    parser.add_argument("--workers", type=int, default=2)
    workers = parser.parse_args().workers
    time_of(YARDSTICK)
    with TemporaryDirectory() as folder:
        command = (sys.executable, "-m", "tightcheck", "atlas", "--html", str(Path(folder)), "--workers", str(workers))
        for name, limit in LIMITS.items():
            yardstick, found = time_of(YARDSTICK), time_of(command)
            print(
                f"{name}: processor {found.processor:.1f} s ({found.processor / workers:.1f} s a worker, "
                f"{found.processor / yardstick.processor:.0f} times import sympy at {yardstick.processor:.2f} s), "
                f"wall {found.wall:.1f} s, limit {limit} s, load {os.getloadavg()[0]:.1f}"
            )


if __name__ == "__main__":
    main()
