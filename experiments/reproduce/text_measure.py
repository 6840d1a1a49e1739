"""What is measured on trained text VAEs: the exact gap where the codes can be listed, and precision at 100."""

from __future__ import annotations

import time
from typing import Any

import torch

from tightcheck.experiments.reproduce import text_exact, text_retrieval
from tightcheck.experiments.reproduce.frame import Request, circumstances
from tightcheck.experiments.reproduce.text_data import Corpus
from tightcheck.experiments.reproduce.text_likelihood import Documents
from tightcheck.experiments.reproduce.text_model import ENCODERS, Shape
from tightcheck.experiments.reproduce.text_span import CODES, DOCUMENTS, random_codes
from tightcheck.experiments.reproduce.text_train import State


def some(test: Documents, count: int = DOCUMENTS) -> Documents:
    """About `count` test documents, evenly spaced."""
    return test.select(torch.arange(0, len(test), -(-len(test) // count), device=test.device))


def measured(request: Request, shape: Shape, epochs: int) -> bool:
    """Whether the shape's measurements are those of models of so many epochs."""
    records = request.store.read(f"text-measured/{shape}")
    return bool(records) and all(record["epochs"] == epochs for record in records)


def measure(request: Request, shape: Shape, state: State, corpora: tuple[Corpus, Corpus]) -> None:
    """Writes the shape's measurements: a line per configuration."""
    begin = time.monotonic()
    train, test = (Documents.of(corpus, request.device) for corpus in corpora)
    labels, own = (torch.as_tensor(corpus.labels, device=train.device) for corpus in corpora)
    known, queries = (text_retrieval.most_probable_codes(state.models, part) for part in (train, test))
    records: list[dict[str, Any]] = []
    for index, encoder in enumerate(ENCODERS):
        precision = text_retrieval.precision(queries[index], own, known[index], labels)
        records.append(
            {
                "bits": shape.bits,
                "depth": shape.depth,
                "encoder": encoder,
                "epochs": state.epoch,
                "precision_at_100": round(precision, 4),
                "chance": round(float((own[:, None] == labels).float().mean()), 4),
                **_live(state, shape, index, request.seed),
                **_gap(state, shape, index, some(test)),
            }
        )
    common = {**circumstances(request), "seconds_of_the_three": round(time.monotonic() - begin, 1)}
    request.store.write(f"text-measured/{shape}", ({**record, **common} for record in records))


def _live(state: State, shape: Shape, index: int, seed: int) -> dict[str, Any]:
    decoder = state.models.decoders[index]
    return (
        {"live_units": decoder.live_units(random_codes(shape.bits, CODES, seed, decoder.bias))} if shape.depth else {}
    )


def _gap(state: State, shape: Shape, index: int, documents: Documents) -> dict[str, Any]:
    if shape.bits > text_exact.LARGEST_BITS:
        return {}
    table = text_exact.log_joint(state.models.decoders[index], documents)
    with torch.no_grad():
        natural = state.models.encoders(documents)[index]
    return {"documents": len(documents), **text_exact.measure(table, natural).record()}
