"""How long an epoch of three text VAEs takes, as ratios to a plain dense PyTorch loop of the same models in the same run.

    python -m tightcheck.experiments.text_epoch [DATA]      (without DATA: random documents of the same size and sparsity)

The plain loop is what one writes first: dense rows of counts, nn.Linear, log_softmax times x, the default Adam, one
configuration after the other; ARM as it is, which differentiates at both of its codes. Both run the same
batches on one thread, interleaved, and both gain from the memory that our training tells the C library to keep; the
fastest rounds of each in processor seconds, scaled to the epoch's 177 steps.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from tightcheck.experiments.reproduce import text_data, text_train
from tightcheck.experiments.reproduce.text_data import Corpus
from tightcheck.experiments.reproduce.text_likelihood import Documents
from tightcheck.experiments.reproduce.text_model import ENCODERS, UNITS, Shape, divergence
from tightcheck.training.estimators import arm

ROUNDS, STEPS = 5, 6
SHAPES = (Shape(64, 0), Shape(8, 0), Shape(64, 1), Shape(8, 2))


class Plain(nn.Module):
    """One configuration as one writes it first."""

    def __init__(self, shape: Shape, encoder: str, words: int) -> None:
        super().__init__()
        self.is_count = encoder == "e1"
        deep = [nn.Linear(words, UNITS), nn.ReLU(), nn.Linear(UNITS, UNITS), nn.ReLU(), nn.Linear(UNITS, shape.bits)]
        self.encoder = nn.Sequential(*deep) if encoder == "e2" else nn.Linear(words, shape.bits)
        widths = [shape.bits, *[UNITS] * shape.depth]
        hidden = [layer for pair in pairwise(widths) for layer in (nn.Linear(*pair), nn.ReLU())]
        self.decoder = nn.Sequential(*hidden, nn.Linear(widths[-1], words))

    def loss(self, counts: Tensor) -> Tensor:
        """ARM's surrogate of the NELBO."""
        natural = self.encoder(counts if self.is_count else counts / counts.sum(1, keepdim=True))

        def log_likelihood(codes: Tensor) -> Tensor:
            return (counts * torch.log_softmax(self.decoder(codes), -1)).sum(-1)

        return (divergence(natural) - arm(natural, log_likelihood, torch.rand_like(natural))).mean()


def plain_steps(shape: Shape, batches: list[Tensor]) -> Callable[[], None]:
    """A few steps of the three configurations, one after the other."""
    models = [Plain(shape, encoder, batches[0].shape[1]) for encoder in ENCODERS]
    optimisers = [torch.optim.Adam(model.parameters(), text_train.LEARNING_RATE) for model in models]

    def steps() -> None:
        for model, optimiser in zip(models, optimisers, strict=True):
            for counts in batches:
                optimiser.zero_grad()
                model.loss(counts).backward()
                optimiser.step()

    return steps


def own_steps(shape: Shape, corpus: Corpus) -> Callable[[], None]:
    """The same steps, the three configurations together, on sparse rows."""
    data = Documents.of(corpus, "cpu")
    state = text_train.start(shape, corpus, torch.device("cpu"), seed=0)
    return lambda: (text_train.epoch(state, data, samples=1, seed=0), None)[1]


def random_corpus(documents: int, words: int = text_data.WORDS) -> Corpus:
    """Documents of 116 distinct words drawn by Zipf's law."""
    generator = np.random.default_rng(0)
    weights = 1 / np.arange(1, words + 1)
    rows = np.repeat(np.arange(documents), 116)
    columns = generator.choice(words, size=len(rows), p=weights / weights.sum())
    counts = sparse.csr_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=(documents, words))
    return Corpus(counts, np.ones(documents, dtype=np.int64))


def main() -> None:
    """Prints seconds per epoch of both loops, and the ratio, per shape."""
    torch.set_num_threads(1)
    count = STEPS * text_train.BATCH
    corpus = random_corpus(count)
    if len(sys.argv) > 1:
        train, _ = text_data.read(Path(sys.argv[1]))
        corpus = Corpus(train.counts[:: len(train.labels) // count][:count], train.labels[:count])
    dense = list(torch.as_tensor(corpus.counts.toarray(), dtype=torch.float32).split(text_train.BATCH))
    scale = 11269 / count
    print(
        f"{'three configurations':24}{'plain, s/epoch':>16}{'ours, s/epoch':>16}{'ratio':>8}   (fastest of {ROUNDS}, one thread)"
    )
    for shape in SHAPES:
        loops = plain_steps(shape, dense), own_steps(shape, corpus)
        rounds = [[seconds(loop) for loop in loops] for _ in range(ROUNDS + 1)][1:]
        plain, own = (min(column) * scale for column in zip(*rounds, strict=True))
        print(f"{shape!s:24}{plain:16.1f}{own:16.1f}{plain / own:8.1f}")


def seconds(run: Callable[[], None]) -> float:
    """Processor seconds of one run, on one thread: what other processes do meanwhile counts little."""
    begin = process_time()
    run()
    return process_time() - begin


if __name__ == "__main__":
    main()
