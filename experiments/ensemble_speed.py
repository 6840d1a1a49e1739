"""How much faster 64 small VAEs train as one batched program than in 64 plain PyTorch loops, on the same machine.

    python -m tightcheck.experiments.ensemble_speed [--device cuda] [--members 64] [--rounds 3]

Bernoulli x (32 pixels), four Gaussian latent variables, one hidden layer of 32 units on both sides, 640 examples in batches
of 64, Adam. A plain loop is what one writes by hand: two nn.Sequential, Normal.rsample, the ELBO, torch.optim.Adam. The
peers take turns, so that a busy moment falls on both; medians over the rounds and their ratio are printed. The aims are
4 on a CPU and 20 on a GPU.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import click
import torch
from torch import Tensor, nn

from tightcheck.read_yaml import read_design
from tightcheck.training.data import checked
from tightcheck.training.fit import fit
from tightcheck.training.trained import Settings

PIXELS, LATENTS, HIDDEN, EXAMPLES, BATCH, LEARNING_RATE = 32, 4, 32, 640, 64, 1e-3
DESIGN = f"""
encoder:
  latent: {{family: gaussian, dim: {LATENTS}, covariance: diagonal}}
  map: {{kind: mlp, hidden: [{HIDDEN}], activation: tanh}}
  output: [mean, log_variance]
decoder:
  observed: {{family: bernoulli, dim: {PIXELS}}}
  map: {{kind: mlp, hidden: [{HIDDEN}], activation: tanh}}
  output: logits
  prior: {{family: gaussian, mean: 0, variance: 1}}
"""


class PlainVAE(nn.Module):
    """The design as one writes it by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(PIXELS, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 2 * LATENTS))
        self.decoder = nn.Sequential(nn.Linear(LATENTS, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, PIXELS))

    def elbo(self, x: Tensor) -> Tensor:
        """One draw of the ELBO of each example, the KL term in closed form."""
        mean, log_variance = self.encoder(x).chunk(2, -1)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        logits = self.decoder(z)
        likelihood = -nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
        elbo: Tensor = likelihood - (mean**2 + log_variance.exp() - 1 - log_variance).sum(-1) / 2
        return elbo


def plain(x: Tensor, epochs: int, members: int) -> list[float]:
    """Every member in a loop of its own, one after the other; the last epoch's objectives."""
    results = []
    for member in range(members):
        torch.manual_seed(member)
        model = PlainVAE().to(x.device)
        optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
        for _ in range(epochs):
            total = torch.zeros((), device=x.device)
            for rows in torch.randperm(len(x), device=x.device).split(BATCH):
                values = model.elbo(x[rows])
                optimizer.zero_grad()
                (-values.mean()).backward()
                optimizer.step()
                total += values.detach().sum()
        results.append(float(total) / len(x))
    return results


def together(x: Tensor, epochs: int, members: int) -> list[float]:
    """All members as one program of `tightcheck.training`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "design.yaml"
        file.write_text(DESIGN)
        design = read_design(file)
    settings = Settings(
        epochs=epochs,
        batch=BATCH,
        learning_rate=LEARNING_RATE,
        seeds=tuple(range(members)),
        device=str(x.device),
    )
    return fit(design, checked(design, {"x": x}), settings).objectives[-1]


def seconds(train: Callable[[Tensor, int, int], list[float]], x: Tensor, epochs: int, members: int) -> float:
    """The wall-clock time of one training, the device's queue emptied before and after."""
    _wait(x)
    start = perf_counter()
    train(x, epochs, members)
    _wait(x)
    return perf_counter() - start


def _wait(x: Tensor) -> None:
    if x.is_cuda:
        torch.cuda.synchronize(x.device)


def data(device: str) -> Tensor:
    """Bits that follow four hidden ones."""
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randint(0, 2, (EXAMPLES, LATENTS), generator=generator).float()
    logits = hidden @ torch.randn(LATENTS, PIXELS, generator=generator) * 2 - 1
    return torch.bernoulli(torch.sigmoid(logits), generator=generator).to(device)


@click.command()
@click.option("--device", default="cpu", show_default=True)
@click.option("--members", default=64, show_default=True)
@click.option("--epochs", default=5, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--threads", default=1, show_default=True, help="Of a CPU, for both peers.")
def main(device: str, members: int, epochs: int, rounds: int, threads: int) -> None:
    """Prints the medians of both peers, their ratio, and the objectives that both reach."""
    torch.set_num_threads(threads)
    x = data(device)
    peers = {"plain loops": plain, "one program": together}
    for train in peers.values():  # uncounted: kernels and libraries are loaded
        train(x, 1, 2)
    times: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(rounds):
        for name, train in peers.items():
            times[name].append(seconds(train, x, epochs, members))
    name = torch.cuda.get_device_name(x.device) if x.is_cuda else f"CPU, {threads} thread(s)"
    print(f"{name}; {members} members, {epochs} epochs of {EXAMPLES // BATCH} steps; medians of {rounds}")
    medians = {name: median(each) for name, each in times.items()}
    for name, time in medians.items():
        reached = sum(peers[name](x, epochs, min(members, 8))) / min(members, 8)
        print(f"{name:12} {time:8.3f} s   mean objective of 8 members {reached:.3f}")
    print(f"ratio        {medians['plain loops'] / medians['one program']:8.2f}")


if __name__ == "__main__":
    main()
