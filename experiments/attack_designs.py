"""Random designs against their verdicts, at length: each is decided and attacked by random models, without an end of memory.

    python -m tightcheck.experiments.attack_designs FILE [--chunks 100] [--first 0] [--per-chunk 100]

Every chunk is one run of Hypothesis with the chunk's number as its seed; its counts are one JSON line of FILE. Run again after
a kill, finished chunks are passed over. Returns 1 if any verdict was contradicted; the line then holds the design's files.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from rich.progress import track

from tightcheck import strategies
from tightcheck.attack.attack import Finding, attack
from tightcheck.attack.sizes import reduced
from tightcheck.decide import decide


def chunk(number: int, size: int) -> dict[str, Any]:
    """The counts of one chunk: verdicts, models, those inside the consistent set, contradictions."""
    verdicts: Counter[str] = Counter()
    models: Counter[str] = Counter()
    distinct: set[str] = set()
    contradictions: list[str] = []
    start = time.monotonic()

    @seed(number)
    @settings(
        max_examples=size,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.designs())
    def look(written: strategies.WrittenDesign) -> None:
        design = reduced(written.design())
        decision = decide(design, design.prior.kind)
        verdicts[decision.verdict.word] += 1
        distinct.add(repr(written))
        for found in attack(design, decision, rounds=1, seed=number, with_gaps=False):
            if not isinstance(found, Finding):
                models["not drawn or no valid model"] += 1
                continue
            models[f"member: {found.judgement.is_member}"] += 1
            if found.objection:
                contradictions.append(f"{found.objection}\n{found.sample.numbers}\n{written!r}")

    look()
    return {
        "chunk": number,
        "designs": sum(verdicts.values()),
        "distinct": len(distinct),
        "verdicts": dict(verdicts),
        "models": dict(models),
        "contradictions": contradictions,
        "seconds": round(time.monotonic() - start, 1),
    }


def main() -> None:
    """Runs the chunks that the file does not have yet, then prints the totals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--chunks", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--per-chunk", type=int, default=100)
    options = parser.parse_args()
    torch.set_num_threads(1)
    wanted = range(options.first, options.first + options.chunks)
    done = {line["chunk"] for line in lines(options.file)}
    with options.file.open("a", encoding="utf-8") as file:
        for number in track([n for n in wanted if n not in done], description="Attacking designs"):
            file.write(json.dumps(chunk(number, options.per_chunk)) + "\n")
            file.flush()
    rows = [line for line in lines(options.file) if line["chunk"] in wanted]
    bad = [text for row in rows for text in row["contradictions"]]
    verdicts, models = Counter[str](), Counter[str]()
    for row in rows:
        verdicts.update(row["verdicts"])
        models.update(row["models"])
    print(
        f"{sum(row['designs'] for row in rows)} designs, {len(bad)} contradictions, {sum(r['seconds'] for r in rows):.0f} s"
    )
    print(dict(verdicts), dict(models))
    print("\n\n".join(bad[:5]))
    sys.exit(1 if bad else 0)


def lines(file: Path) -> list[dict[str, Any]]:
    """The finished chunks; a last line that a kill cut short is left out."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


if __name__ == "__main__":
    main()
