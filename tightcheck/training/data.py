"""Data for training: files with one array per block, dense or sparse, checked against the design in sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tightcheck.design import Block, Design
from tightcheck.reading.errors import DesignError
from tightcheck.training.features import facts_of, width_of
from tightcheck.training.model import one_hot, require_trainable
from tightcheck.training.networks import Piece
from tightcheck.training.sparse import SparseRows

SUFFIXES = (".npy", ".npz", ".csv")
TOLERANCE = 1e-5
"""How far proportions may be from adding up to 1, and unit vectors from length 1."""
Rows = Tensor | SparseRows


class DataError(DesignError):
    """Data that do not fit the design: what was expected, what was found and where."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.args = (message,)


@dataclass(frozen=True)
class Data:
    """Arrays (examples, coordinates) by the names of blocks and covariates, or (member, examples, coordinates).

    A label block's unknown rows are marked in `known`, (examples, 1), by zeros.
    """

    arrays: Mapping[str, Rows]
    known: Mapping[str, Tensor]

    def __len__(self) -> int:
        first = next(iter(self.arrays.values()))
        return len(first) if isinstance(first, SparseRows) or first.ndim == 2 else first.shape[1]

    def batch(self, rows: Tensor) -> dict[str, Piece]:
        """These examples, with the four axes that networks have; sparse rows stay sparse."""
        found: dict[str, Piece] = {name: _chosen(array, rows) for name, array in self.arrays.items()}
        return found | {f"known {name}": _chosen(mask, rows) for name, mask in self.known.items()}

    def to(self, device: str | torch.device, dtype: torch.dtype) -> Data:
        """The same data elsewhere."""
        return Data(
            {name: array.to(device, dtype) for name, array in self.arrays.items()},
            {name: mask.to(device, dtype) for name, mask in self.known.items()},
        )

    def fingerprint(self) -> str:
        """The same for the same numbers, and for no others."""
        digest = hashlib.sha256()
        for name, array in sorted((*self.arrays.items(), *((f"known {n}", m) for n, m in self.known.items()))):
            parts = [array.starts, array.columns, array.values] if isinstance(array, SparseRows) else [array]
            digest.update(f"{name} {tuple(array.shape)}".encode())
            for part in parts:
                digest.update(part.double().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def lengths(self, name: str) -> tuple[Tensor, Tensor]:
        """The lengths of the texts and the logarithms of their frequencies."""
        array = self.arrays[name]
        sums = array.sums() if isinstance(array, SparseRows) else array.sum(-1).flatten()
        values, counts = sums.double().unique(return_counts=True)
        return values, (counts / counts.sum()).log()


def _chosen(array: Rows, rows: Tensor) -> Piece:
    if isinstance(array, SparseRows):
        return array.select(rows)
    return array[rows][None, None] if array.ndim == 2 else array[:, rows][:, None]


def read_data(design: Design, sources: Sequence[str]) -> Data:
    """The design's data from files and folders: FILE for a single block, NAME=FILE, or DIR with a file of each name.

    Raises DataError in sentences.
    """
    require_trainable([design])
    arrays: dict[str, Any] = {}
    names = _names(design)
    for source in sources:
        name, _, path = source.rpartition("=")
        found = _read_named(name, Path(path), names) if name else _read_source(Path(path), names)
        arrays |= found
    return checked(design, arrays)


def _names(design: Design) -> tuple[str, ...]:
    """The names that data may have: observed blocks, covariates, and the block that labels are for."""
    labels = (str(design.objective.value),) if design.objective.kind == "semi_supervised" else ()
    return (*(block.name for block in design.observed), *design.covariates, *labels)


def _read_named(name: str, path: Path, names: tuple[str, ...]) -> dict[str, Any]:
    if name not in names:
        raise DataError(f"--data {name}={path}: the design has no block {name!r}; its names are {', '.join(names)}.")
    arrays = read_arrays(path)
    if len(arrays) != 1:
        raise DataError(f"{path} holds the arrays {', '.join(arrays)}; give a file that holds one for {name}.")
    return {name: next(iter(arrays.values()))}


def _read_source(path: Path, names: tuple[str, ...]) -> dict[str, Any]:
    if path.is_dir():
        found = {n: path / f"{n}{suffix}" for n in names for suffix in SUFFIXES if (path / f"{n}{suffix}").exists()}
        if not found:
            raise DataError(f"{path} holds none of the files {', '.join(f'{n}.npy' for n in names)} (or .npz, .csv).")
        return {name: _only(file) for name, file in found.items()}
    arrays = read_arrays(path)
    if set(arrays) <= set(names):
        return arrays
    if len(arrays) == 1:
        return {names[0]: next(iter(arrays.values()))}
    raise DataError(f"{path} holds the arrays {', '.join(arrays)}; the design's names are {', '.join(names)}.")


def _only(path: Path) -> Any:
    arrays = read_arrays(path)
    if len(arrays) != 1:
        raise DataError(f"{path} holds the arrays {', '.join(arrays)}; write one array into it.")
    return next(iter(arrays.values()))


def read_arrays(path: Path) -> dict[str, Any]:
    """The arrays of one file by name (one array without a name is called by the file's stem); never unpickled."""
    try:
        if path.suffix == ".csv":
            return {path.stem: _csv(path)}
        if path.suffix == ".npy":
            return {path.stem: np.load(path, allow_pickle=False)}
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as file:
                if {"format", "shape", "data"} <= set(file.files):
                    from scipy import sparse

                    return {path.stem: sparse.load_npz(path)}
                return {name: file[name] for name in file.files}
    except DataError:
        raise
    except OSError as error:
        raise DataError(
            f"{path}: the file cannot be read ({error.strerror or error}); give the path of data."
        ) from None
    except Exception as error:  # whatever a damaged archive makes NumPy raise
        raise DataError(f"{path} is no {path.suffix} file of numbers: {str(error)[:200]}.") from None
    raise DataError(f"{path}: data are read from .npy, .npz and .csv files; give one of these.")


def _csv(path: Path) -> np.ndarray:
    """Numbers separated by commas, one example a line; a first line of names is passed over."""
    import csv

    rows: list[list[float]] = []
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            if not row:
                continue
            try:
                rows.append([float(cell) if cell.strip() else float("nan") for cell in row])
            except ValueError:
                if number > 1:
                    cell = next(c for c in row if not _is_number(c))
                    instead = "separate the numbers by commas" if ";" in cell or "\t" in cell else "write numbers alone"
                    raise DataError(f"{path}: line {number} holds {cell[:40]!r}; {instead}.") from None
            if rows and len(rows[-1]) != len(rows[0]):
                raise DataError(f"{path}: line {number} has {len(rows[-1])} numbers, the first has {len(rows[0])}.")
    if not rows:
        raise DataError(f"{path} holds no numbers; write one example in each line.")
    return np.array(rows)


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return False
    return True


def checked(design: Design, arrays: Mapping[str, Any]) -> Data:
    """The arrays as data of the design. Raises DataError for a name, a shape or a value that does not fit."""
    require_trainable([design])
    names = _names(design)
    labels = {str(design.objective.value)} if design.objective.kind == "semi_supervised" else set()
    missing = [name for name in names if name not in arrays and name not in labels]
    if missing:
        raise DataError(f"there are no data for {missing[0]}; write --data {missing[0]}=FILE.")
    blocks = {block.name: block for block in (*design.observed, *design.latent)}
    rows: dict[str, Rows] = {}
    known: dict[str, Tensor] = {}
    for name in (name for name in names if name in arrays):
        array = _tensor(name, arrays[name])
        if name in labels:
            array, known[name] = _labels(array, blocks[name])
        elif name in blocks:
            array = _fitting(array, blocks[name])
        _require_finite(name, array)
        rows[name] = array
    counts = {name: len(Data({name: array}, {})) for name, array in rows.items()}
    first = next(iter(counts))
    for name, count in counts.items():
        if count != counts[first]:
            raise DataError(f"{name} has {count} rows and {first} has {counts[first]}; each row is one example.")
    if counts[first] == 0:
        raise DataError(f"{first} has no rows; give at least one example.")
    return Data(rows, known)


def _tensor(name: str, array: Any) -> Rows:
    """Two axes (three with one for members), floating point."""
    if isinstance(array, SparseRows):
        return array
    if hasattr(array, "tocsr"):
        return SparseRows.from_scipy(array, torch.float64)
    if isinstance(array, Tensor):
        if array.layout != torch.strided:
            return SparseRows.from_torch(array)
        array = array.detach().cpu().numpy()
    numbers = np.asarray(array)
    if numbers.dtype == object or not (np.issubdtype(numbers.dtype, np.number) or numbers.dtype == bool):
        raise DataError(f"{name} holds {numbers.dtype} values; write numbers.")
    if np.issubdtype(numbers.dtype, np.complexfloating):
        raise DataError(f"{name} holds complex numbers; write real ones.")
    numbers = numbers[:, None] if numbers.ndim == 1 else numbers
    if numbers.ndim not in (2, 3):
        raise DataError(f"{name} has {numbers.ndim} axes; write a matrix with one row for each example.")
    return torch.from_numpy(np.array(numbers, dtype=np.float64))


def _labels(array: Rows, block: Block) -> tuple[Tensor, Tensor]:
    """The labels and which are known; an unknown one is -1 or no number."""
    assert isinstance(array, Tensor), "labels are not sparse"
    unknown = (array.isnan() | (array < 0)).any(-1, keepdim=True) if block.family != "rademacher" else array.isnan()
    is_known = (~unknown.any(-1, keepdim=True)).double()
    filled = torch.where(unknown.any(-1, keepdim=True), torch.zeros_like(array), array)
    return _fitting_labels(filled, block), is_known


def _fitting_labels(array: Tensor, block: Block) -> Tensor:
    if block.dimension is not None and array.shape[-1] == block.copies:
        fitted = _fitting(array, block)
        assert isinstance(fitted, Tensor)
        return fitted
    if array.shape[-1] != width_of(block):
        raise DataError(f"{block.name} has {array.shape[-1]} columns where the design has {width_of(block)}.")
    return array


def _fitting(array: Rows, block: Block) -> Rows:
    """The array if it has the block's width and its values are possible ones."""
    width = width_of(block)
    if block.family == "categorical" and block.dimension != 1 and array.shape[-1] == block.copies != width:
        return _classes(array, block)
    if array.shape[-1] != width:
        also = f" (or {block.copies} with class numbers)" if block.family == "categorical" else ""
        raise DataError(
            f"the data of {block.name} have {array.shape[-1]} columns where the design has {width}{also}; "
            "write one column for each coordinate."
        )
    if isinstance(array, SparseRows):
        if block.family not in ("multinomial", "multinomial_random_length"):
            return _fitting(array.dense(), block)
        _require_counts(array.values, block.name, array)
        _require_length(array.sums(), block)
        return array
    _require_finite(block.name, array)
    _require_support(array, block)
    return array


def _classes(array: Rows, block: Block) -> Tensor:
    """Class numbers 0, ..., K - 1 as indicators."""
    full = array.dense() if isinstance(array, SparseRows) else array
    _require_finite(block.name, full)
    assert block.dimension is not None
    wrong = (full != full.round()) | (full < 0) | (full >= block.dimension)
    _complain(full, wrong, block.name, f"a class of {block.name} is a number from 0 to {block.dimension - 1}")
    return one_hot(full, block).double()


def _require_finite(name: str, array: Rows) -> None:
    values = array.values[:, None] if isinstance(array, SparseRows) else array
    if not bool(values.isfinite().all()):
        if isinstance(array, SparseRows):
            raise DataError(f"{name} holds a value that is no finite number.")
        _complain(array, ~array.isfinite(), name, "every value is a finite number")


def _require_counts(values: Tensor, name: str, rows: SparseRows) -> None:
    wrong = (values != values.round()) | (values < 0)
    if bool(wrong.any()):
        entry = int(wrong.nonzero()[0])
        raise DataError(
            f"{name}, row {int(rows.row_of_entry[entry]) + 1}, column {int(rows.columns[entry]) + 1}: "
            f"found {float(values[entry]):g}; counts are whole numbers from 0."
        )


def _require_length(lengths: Tensor, block: Block) -> None:
    wanted = block.length if isinstance(block.length, int) else None
    wrong = lengths != wanted if wanted is not None else lengths < 1
    if bool(wrong.any()):
        place = tuple(int(i) for i in wrong.nonzero()[0])
        row = place[-2] if wrong.ndim > 1 else place[0]
        says = (
            f"every text of {block.name} has {wanted} words"
            if wanted
            else f"a text of {block.name} has a word at least"
        )
        raise DataError(f"{block.name}, row {row + 1}: found {float(lengths[place]):g} words; {says}.")


def _require_support(array: Tensor, block: Block) -> None:
    """Every value is a possible one of the family; other data than that only where the design names their domain."""
    copies = array.unflatten(-1, (block.copies, -1))
    family, name = block.family, block.name
    if block.domain is not None and family in ("bernoulli", "rademacher"):
        low = 0.0 if family == "bernoulli" else -1.0
        _complain(array, (array < low) | (array > 1), name, f"data in {block.domain} lie between {low:g} and 1")
    elif family == "categorical":
        wrong = ((copies != 0) & (copies != 1)).any(-1) | (copies.sum(-1) != 1)
        _complain_copy(copies, wrong, name, "a class is written as one 1 among zeros, or as its number in one column")
    elif family in ("multinomial", "multinomial_random_length"):
        _complain(array, (array != array.round()) | (array < 0), name, "counts are whole numbers from 0")
        _require_length(copies.sum(-1), block)
    elif family == "dirichlet":
        wrong = (copies <= 0).any(-1) | ((copies.sum(-1) - 1).abs() > TOLERANCE)
        _complain_copy(copies, wrong, name, "proportions are positive and add up to 1")
    elif family == "von_mises_fisher":
        wrong = (copies.norm(dim=-1) - 1).abs() > TOLERANCE
        _complain_copy(copies, wrong, name, "a direction is a vector of length 1")
    elif block.dimension is None or family == "markov_random_field":
        _require_bounds(array, block)


def _require_bounds(array: Tensor, block: Block) -> None:
    """Scalars between the ends of the family's support, whole numbers where it is discrete."""
    support = (
        facts_of(Block(block.name, block.family, 1, fixed=block.fixed)).family.support
        if block.dimension is None
        else None
    )
    if support is None:
        _complain(array, (array != 0) & (array != 1), block.name, "the nodes of a markov_random_field are 0 or 1")
    elif support.bounds is None:
        points = torch.tensor([float(point[0]) for point in support.points], dtype=array.dtype)
        wrong = (array.unsqueeze(-1) != points).all(-1)
        _complain(array, wrong, block.name, f"a {block.family} is {' or '.join(f'{p:g}' for p in points.tolist())}")
    else:
        (lower, upper), *_ = (
            (float(a), float(b)) if a.is_number and b.is_number else (-np.inf, np.inf) for a, b in support.bounds
        )
        kind = "a whole number" if support.is_discrete else "a number"
        wrong = (array < lower) | (array > upper)
        if support.is_discrete:
            wrong |= array != array.round()
        else:
            wrong |= (array == lower) | (array == upper)
        _complain(array, wrong, block.name, f"a {block.family} is {kind} {_between(lower, upper, support.is_discrete)}")


def _between(lower: float, upper: float, is_discrete: bool) -> str:
    """The values from one end of a support to the other; only a discrete one holds its ends."""
    if upper == np.inf:
        return "" if lower == -np.inf else f"{'from' if is_discrete else 'above'} {lower:g}"
    return f"from {lower:g} to {upper:g}" if is_discrete else f"between {lower:g} and {upper:g}"


def _complain(array: Tensor, wrong: Tensor, name: str, expected: str) -> None:
    """Raises for the first wrong value, with its row and column from 1."""
    if bool(wrong.any()):
        place = tuple(int(i) for i in wrong.nonzero()[0])
        found = float(array[place])
        raise DataError(f"{name}, row {place[-2] + 1}, column {place[-1] + 1}: found {found:g}; {expected.strip()}.")


def _complain_copy(copies: Tensor, wrong: Tensor, name: str, expected: str) -> None:
    """Raises for the first wrong draw of a vector family."""
    if bool(wrong.any()):
        place = tuple(int(i) for i in wrong.nonzero()[0])
        found = ", ".join(f"{v:g}" for v in copies[place][:6].tolist())
        raise DataError(
            f"{name}, row {place[-2] + 1}, columns {place[-1] * copies.shape[-1] + 1} on: found {found}; {expected}."
        )
