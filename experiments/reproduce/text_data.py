"""20 Newsgroups by date as bags of words: 11269 training and 7505 test documents over the 10,000 most frequent words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import gammaln

from tightcheck.experiments.reproduce.frame import MissingDataError

Counts: TypeAlias = sparse.csr_array
Vector: TypeAlias = NDArray[np.float64]

WORDS = 10_000
SOURCE = "http://qwone.com/~jason/20Newsgroups/20news-bydate-matlab.tgz"
LAYOUT = (
    "expected are train.data and test.data (lines `document word count`, numbered from 1) with train.label and test.label "
    "(a newsgroup 1..20 per line), as in the original, or train_bow.npz and test_bow.npz (SciPy CSR matrices, documents x "
    "words) with the same labels, in DIR, in DIR/20news or in DIR/matlab"
)


@dataclass(frozen=True)
class Corpus:
    """Word counts (documents x words), and the newsgroup 1..20 of each document."""

    counts: Counts
    labels: NDArray[np.int64]

    @property
    def lengths(self) -> Vector:
        """l = sum_k x_k of each document."""
        return np.asarray(self.counts.sum(1), dtype=np.float64)

    def log_base_measure(self) -> Vector:
        """log h(x|l) = log l! - sum_k log x_k! of each document."""
        factorials = sparse.csr_array((gammaln(self.counts.data + 1.0), self.counts.indices, self.counts.indptr))
        return np.asarray(gammaln(self.lengths + 1) - factorials.sum(1))


def read(directory: Path, words: int = WORDS) -> tuple[Corpus, Corpus]:
    """The training and the test documents over the most frequent words of the training documents; MissingDataError if absent."""
    folder = _folder(directory)
    train, test = (_counts(folder, part) for part in ("train", "test"))
    width = max(train.shape[1], test.shape[1])
    train, test = (
        sparse.csr_array((part.data, part.indices, part.indptr), (part.shape[0], width)) for part in (train, test)
    )
    kept = frequent(train, words)
    return Corpus(_columns(train, kept), _labels(folder, "train")), Corpus(
        _columns(test, kept), _labels(folder, "test")
    )


def omitted(directory: Path, words: int = WORDS) -> dict[str, int]:
    """In how many training documents an omitted word is at most, if words are kept by occurrences or by documents."""
    counts = _counts(_folder(directory), "train")
    documents = np.bincount(counts.indices, minlength=counts.shape[1])
    by_documents = np.argsort(-documents, kind="stable")[:words]
    by = {"omitted_by_occurrences": frequent(counts, words), "omitted_by_documents": by_documents}
    return {"words": words, **{name: int(np.delete(documents, kept).max(initial=0)) for name, kept in by.items()}}


def frequent(counts: Counts, words: int) -> NDArray[np.int64]:
    """The columns of the words with most occurrences, ties in the order of the columns."""
    return np.argsort(-np.asarray(counts.sum(0)), kind="stable")[:words]


def _columns(counts: Counts, kept: NDArray[np.int64]) -> Counts:
    chosen = sparse.csr_array(counts.tocsc()[:, kept])
    chosen.sort_indices()
    return chosen


def _folder(directory: Path) -> Path:
    for folder in (directory, directory / "20news", directory / "matlab"):
        if any((folder / name).exists() for name in ("train.data", "train_bow.npz")):
            return folder
    raise MissingDataError(f"{directory} holds no 20 Newsgroups: the public original is {SOURCE}; {LAYOUT}.")


def _counts(folder: Path, part: str) -> Counts:
    packed = folder / f"{part}_bow.npz"
    if packed.exists():
        stored: Any = sparse.load_npz(packed)
        return sparse.csr_array(stored.astype(np.int32))
    document, word, count = np.loadtxt(_existing(folder / f"{part}.data"), dtype=np.int64, ndmin=2).T
    return sparse.csr_array((count.astype(np.int32), (document - 1, word - 1)))


def _labels(folder: Path, part: str) -> NDArray[np.int64]:
    return np.loadtxt(_existing(folder / f"{part}.label"), dtype=np.int64)


def _existing(file: Path) -> Path:
    if not file.exists():
        raise MissingDataError(f"{file} is missing: the public original is {SOURCE}; {LAYOUT}.")
    return file
