"""How near exact enumeration comes to a matrix product: 2^16 codes x 784 pixels x 256 images, double precision.

    python -m tightcheck.experiments.enumeration_speed [--device cuda] [--bits 16] [--threads 1]

Two numbers from one run: the rate of the matrix product alone (images x pixels times pixels x codes, the same blocks), and
the rate of log p(x) for every image, which needs the decoder, its log-partition and a log-sum-exp on top of that product. Both
count the product's operations only, so the ratio is the share of the machine's own rate that is left to the user.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

import torch
from torch import Tensor

from tightcheck.numeric.evidence import evidence
from tightcheck.numeric.measure import counting
from tightcheck.numeric.model import Model
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import torch_family

PIXELS, IMAGES = 784, 256
ROUNDS = 5


def model(bits: int, device: str, generator: torch.Generator) -> Model:
    """A Bernoulli decoder, affine in `bits` Bernoulli latents, uniform prior."""
    bernoulli = torch_family("bernoulli")
    weights = torch.randn(bits, PIXELS, generator=generator, dtype=torch.float64).to(device)
    offsets = torch.randn(PIXELS, generator=generator, dtype=torch.float64).to(device)
    return Model(
        Side([(bernoulli, bits)]),
        Side([(bernoulli, PIXELS)]),
        lambda z: torch.addmm(offsets, z, weights),
        lambda z: z.new_full(z.shape[:-1], -bits * math.log(2)),
    )


def best_time(work: Callable[[], object], device: str) -> float:
    """The shortest of several runs, in seconds: of processor time on one CPU thread, which other programs do not take."""
    clock = time.process_time if device == "cpu" and torch.get_num_threads() == 1 else time.perf_counter
    times = []
    for _ in range(ROUNDS + 1):
        start = clock()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(clock() - start)
    return min(times[1:])


def product_alone(x: Tensor, bits: int, block: int) -> Callable[[], None]:
    """x times a block of natural parameters, as often as there are blocks."""
    f = torch.randn(block, PIXELS, dtype=x.dtype, device=x.device)

    def work() -> None:
        for _ in range(2**bits // block):
            x @ f.T

    return work


def main() -> None:
    """Prints the two rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--bits", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 2, (IMAGES, PIXELS), generator=generator).to(options.device, torch.float64)
    vae = model(options.bits, options.device, generator)
    measure = counting(vae.latent, x)
    alone = best_time(product_alone(x, options.bits, measure.block), options.device)
    whole = best_time(lambda: evidence(vae, x, measure), options.device)
    operations = 2.0 * 2**options.bits * PIXELS * IMAGES
    name = torch.cuda.get_device_name() if options.device == "cuda" else f"CPU, {options.threads} thread(s)"
    print(f"{name}: 2^{options.bits} codes x {PIXELS} pixels x {IMAGES} images in blocks of {measure.block}, float64")
    print(f"matrix product alone  {operations / alone / 1e9:9.1f} GFLOP/s  ({alone:.4f} s)")
    print(f"log p(x), all of it   {operations / whole / 1e9:9.1f} GFLOP/s  ({whole:.4f} s)")
    print(f"ratio                 {alone / whole:9.2f}")


if __name__ == "__main__":
    main()
