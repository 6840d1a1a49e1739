"""How near exact enumeration comes to a matrix product: 2^16 codes x 784 pixels x 256 images, double precision.

    python -m tightcheck.experiments.enumeration_speed [--device cuda] [--bits 16] [--threads 1]

From one run: the rate of the matrix product alone (images x pixels times pixels x codes, the same blocks), and the rate of
log p(x) for every image, which needs the decoder, its log-partition and a log-sum-exp on top of that product. All count the
product's operations only, so the ratio is the share of the machine's own rate that is left to the user. It may exceed 1 for a
decoder known to be affine: then <x, f(z)> = <x, b> + <W x, z> goes without the product over pixels.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from tightcheck.numeric.evidence import evidence
from tightcheck.numeric.measure import counting
from tightcheck.numeric.model import Affine, Model
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import torch_family

PIXELS, IMAGES = 784, 256
ROUNDS = 5


def model(bits: int, device: str, generator: torch.Generator) -> Model:
    """A Bernoulli decoder, affine in `bits` Bernoulli latents, uniform prior."""
    bernoulli = torch_family("bernoulli")
    weights = torch.randn(bits, PIXELS, generator=generator, dtype=torch.float64).to(device)
    offset = torch.randn(PIXELS, generator=generator, dtype=torch.float64).to(device)
    return Model(
        Side([(bernoulli, bits)]),
        Side([(bernoulli, PIXELS)]),
        Affine(weights, offset),
        lambda z: z.new_full(z.shape[:-1], -bits * math.log(2)),
    )


def best_times(works: Sequence[Callable[[], object]], device: str) -> list[float]:
    """The shortest of several runs of each, in seconds, taken in turn so that other programs disturb all alike.

    On one CPU thread it is processor time, which other programs do not take.
    """
    clock = time.process_time if device == "cpu" and torch.get_num_threads() == 1 else time.perf_counter
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS + 1):
        for work, taken in zip(works, times, strict=True):
            start = clock()
            work()
            if device == "cuda":
                torch.cuda.synchronize()
            taken.append(clock() - start)
    return [min(taken[1:]) for taken in times]


def product_alone(x: Tensor, bits: int, block: int) -> Callable[[], None]:
    """x times a block of natural parameters, as often as there are blocks."""
    f = torch.randn(block, PIXELS, dtype=x.dtype, device=x.device)

    def work() -> None:
        for _ in range(2**bits // block):
            x @ f.T

    return work


def main() -> None:
    """Prints the rates and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--bits", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 2, (IMAGES, PIXELS), generator=generator).to(options.device, torch.float64)
    affine = model(options.bits, options.device, generator)
    opaque = replace(affine, decoder=lambda z: affine.decoder(z))
    measure = counting(affine.latent, x)
    works = [
        product_alone(x, options.bits, measure.block),
        lambda: evidence(opaque, x, measure),
        lambda: evidence(affine, x, measure),
    ]
    seconds = best_times(works, options.device)
    operations = 2.0 * 2**options.bits * PIXELS * IMAGES
    name = torch.cuda.get_device_name() if options.device == "cuda" else f"CPU, {options.threads} thread(s)"
    print(f"{name}: 2^{options.bits} codes x {PIXELS} pixels x {IMAGES} images in blocks of {measure.block}, float64")
    for title, taken in zip(
        ("matrix product alone", "log p(x), any decoder", "log p(x), affine"), seconds, strict=True
    ):
        rate = operations / taken / 1e9
        print(f"{title:22s} {rate:8.1f} GFLOP/s  ({taken:.4f} s)  ratio {seconds[0] / taken:.2f}")


if __name__ == "__main__":
    main()
