"""Section 4.3 and Table 2: text VAEs on 20 Newsgroups, and what the paper lacks about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tightcheck.experiments.reproduce import text_differences, text_table
from tightcheck.experiments.reproduce.frame import Request, Store
from tightcheck.experiments.reproduce.markup import figure, items, paragraph, provenance, table
from tightcheck.experiments.reproduce.text_table import ORDER, SPLITS, Cell

TIGHT, TABLE = "tight", "table"
ENCODERS = {
    "e1": "linear on counts",
    "e2": "two hidden layers on frequencies",
    "e3": "linear on frequencies",
    TIGHT: "z and C(z), linear on counts",
    TABLE: "a table of all codes, linear on counts",
}
Row = Callable[[Mapping[str, Any]], tuple[Any, ...]]
COLUMNS = [(depth, encoder) for depth in (0, 1, 2) for encoder in ("e1", "e2", "e3")]


def run(request: Request) -> bool:
    """Trains Table 2's 36 configurations, then the designs that need no sampling; draws what there is."""
    from tightcheck.experiments.reproduce import text_compare, text_data, text_run

    corpora = text_data.read(request.data)
    request.store.write("text-corpus", [text_data.omitted(request.data)])
    is_finished = text_run.train(request, corpora) and text_compare.train(request, corpora)
    draw(request.store)
    return is_finished


def draw(store: Store) -> None:
    """The figures, from the stored results."""
    from tightcheck.experiments.reproduce import style, text_figures

    records, enumerated = store.read("text/*"), store.read("text-enumerated/*")
    if records:
        style.save(store, "text-nelbo", text_figures.curves(records, "test", "test NELBO, nats"))
        style.save(
            store,
            "text-span",
            text_figures.curves(records, "residual_share", "span residual, 1 - R²", is_logarithmic=True),
        )
    if enumerated:
        style.save(store, "text-without-sampling", text_figures.without_sampling(enumerated))


def section(store: Store) -> str:
    """The text experiment's part of the page."""
    records = store.read("text/*")
    if not records:
        return ""
    return "".join(
        (
            *_table_2(records, store.read("text-corpus")),
            figure(store, "text-nelbo", "NELBO on the test documents, with log h(x|l), after every epoch."),
            *_spans(store, records),
            provenance(records, _seconds(records)),
            *_measured(store.read("text-measured/*")),
            *_enumerated(store, store.read("text-enumerated/*")),
        )
    )


def _seconds(records: Sequence[Mapping[str, Any]]) -> float:
    """Of records that the three encoders of a shape share."""
    return float(sum(record["seconds_of_the_three"] for record in records)) / 3


def _table_2(records: Sequence[Mapping[str, Any]], corpus: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    own, paper = text_table.ours(records), text_table.paper()
    shift = text_table.constant(own, paper)
    yield paragraph(
        f"Lowest NELBO of any epoch in nats per document, {len(own) // 2} of 36 configurations. The paper's numbers are up to a "
        f"constant; least squares over all cells of both splits gives ours = paper + {shift:.1f}, which is subtracted below. "
        + _on_linear_test_cells(own, paper)
    )
    yield paragraph(_sizes())
    for split in SPLITS:
        rows = (
            (f"{bits} bits, {who}", *(_shown(cells, Cell(split, bits, *column), by) for column in COLUMNS))
            for bits in ORDER
            for who, cells, by in (
                ("ours", own, shift),
                ("paper", paper, 0.0),
                ("residual", _residuals(own, paper, shift), 0.0),
            )
        )
        yield table(f"Table 2, {split}", ("", *(f"{depth} hidden, {encoder}" for depth, encoder in COLUMNS)), rows)
    yield table(
        f"Epochs that every figure above comes from (the paper: {text_differences.PAPER_EPOCHS}), and seconds of the three "
        "encoders together, in all and of the processor",
        ("", "epochs", "with 10 samples", "seconds", "processor"),
        _by_shape(records, lambda r: (), _cost),
    )
    yield table(
        "Rows with e1 < e2 < e3",
        ("", "ours", "ours fails at", "paper", "paper fails at"),
        map(_order_row(own, paper), SPLITS),
    )
    yield "<h3>What differs, and why</h3>"
    yield items(text_differences.differences(records, own, paper, corpus))


def _sizes() -> str:
    """What --quick leaves out."""
    from tightcheck.experiments.reproduce import text_compare, text_run

    quick, full = text_run.QUICK, text_run.PAPER
    enumerated = (
        ", ".join(f"{shape} ({epochs})" for shape, epochs in plan) for plan in (text_compare.QUICK, text_compare.FULL)
    )
    return (
        f"With --quick linear decoders train for {quick.linear[0]} epochs with 1 sample and {quick.linear[1]} with 10, deep "
        f"ones for {quick.deep[0]} and {quick.deep[1]}; the full run trains all for {full.linear[0]} and {full.linear[1]}. What "
        f"is trained without sampling (and for how many epochs) is {next(enumerated)} with --quick and {next(enumerated)} in "
        "full. A quick run may be continued as a full one: the tables name the epochs that their figures come from."
    )


def _on_linear_test_cells(own: Mapping[Cell, float], paper: Mapping[Cell, float]) -> str:
    """The constant where training went furthest."""
    part = {cell: value for cell, value in own.items() if cell.split == "test" and cell.depth == 0}
    if not part:
        return ""
    shift = text_table.constant(part, paper)
    worst = max(map(abs, _residuals(part, paper, shift).values()))
    return f"Over the test cells of linear decoders alone it is {shift:.1f}, and the largest residual then {worst:.0f}."


def _shown(cells: Mapping[Cell, float], cell: Cell, shift: float) -> str:
    return f"{cells[cell] - shift:.0f}" if cell in cells else "-"


def _residuals(own: Mapping[Cell, float], paper: Mapping[Cell, float], shift: float) -> dict[Cell, float]:
    return {cell: value - shift - paper[cell] for cell, value in own.items()}


def _order_row(own: Mapping[Cell, float], paper: Mapping[Cell, float]) -> Any:
    def row(split: str) -> tuple[str, ...]:
        ours, theirs = (text_table.ordering(cells, split) for cells in (own, paper))
        cells_of = (
            (
                f"{one.holds} of {one.rows}",
                "; ".join(f"{bits} bits, {depth} hidden" for bits, depth in one.fails) or "none",
            )
            for one in (ours, theirs)
        )
        return split, *(cell for pair in cells_of for cell in pair)

    return row


def _spans(store: Store, records: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield "<h3>Are the decoders pulled towards the consistent set?</h3>"
    yield paragraph(
        "The span residual is what no affine function of z explains of log p(x, z) at uniformly random z: zero exactly on the "
        "consistent set. The declared uniform prior adds a constant to it. " + _direction(records)
    )
    yield figure(store, "text-span", "Unexplained share 1 - R² on 251 test documents after every epoch.")
    yield table(
        "Span residual in nats and unexplained share, at the last epoch",
        ("", "epochs", *(f"{encoder}, {what}" for encoder in ("e1", "e2", "e3") for what in ("nats", "share"))),
        _by_shape(records, lambda r: (f"{r['residual'][-1]:.2f}", f"{r['residual_share'][-1]:.4f}")),
    )


def _direction(records: Sequence[Mapping[str, Any]]) -> str:
    """Which way the unexplained share moved, counted."""
    moved = [
        (r["encoder"], r["residual_share"][-1] > min(r["residual_share"]))
        for r in records
        if r["epochs"] > 1 and not text_differences.is_idle(r)
    ]
    counts = (
        f"{sum(is_up for name, is_up in moved if name == encoder)} of {sum(name == encoder for name, _ in moved)} with {encoder}"
        for encoder in ("e1", "e2", "e3")
    )
    return (
        "A decoder that ignores z is in the set, and one that hardly uses it has a small residual in nats; decoders that learn "
        "to use their code leave the set. Where KL(q || p) is still below "
        f"{text_differences.IDLE} nats the share is that of nearly nothing and means little; in the other configurations it ends "
        f"above its lowest value in {', '.join(counts)}."
    )


def _by_shape(
    records: Sequence[Mapping[str, Any]], cells: Row, common: Row = lambda record: ()
) -> Iterable[tuple[Any, ...]]:
    """A row per shape: its epochs, what its encoders have in common, and the cells of e1, e2, e3."""
    for bits, depth in sorted({(r["bits"], r["depth"]) for r in records}, key=lambda shape: (shape[1], shape[0])):
        three = {r["encoder"]: r for r in records if (r["bits"], r["depth"]) == (bits, depth)}
        values = [cell for encoder in ("e1", "e2", "e3") for cell in cells(three[encoder])]
        yield f"{bits} bits, {depth} hidden", three["e1"]["epochs"], *common(three["e1"]), *values


def _cost(record: Mapping[str, Any]) -> tuple[Any, ...]:
    seconds = (f"{record[f'{kind}seconds_of_the_three']:.0f}" for kind in ("", "busy_"))
    return sum(samples > 1 for samples in record["samples"]), *seconds


def _measured(records: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    from tightcheck.experiments.reproduce.text_model import UNITS
    from tightcheck.experiments.reproduce.text_span import CODES

    exact = [record for record in records if "gap" in record]
    if exact:
        yield "<h3>The exact gap, every code listed</h3>"
        yield paragraph(
            f"On {exact[0]['documents']} test documents, nats per document: E KL(q || posterior), in the part that no factorised "
            "q avoids (family; an upper bound, from the best of two starts) and what the network loses to that (amortisation)."
        )
        names = ("gap", "family", "amortisation")
        yield table(
            "log p(x) - ELBO",
            ("", "epochs", *(f"{encoder}, {name}" for encoder in ("e1", "e2", "e3") for name in names)),
            _by_shape(exact, lambda r: tuple(f"{r[name]:.2f}" for name in names)),
        )
    deep = [record for record in records if "live_units" in record]
    if deep:
        yield table(
            f"Units of the decoder's last hidden layer, of {UNITS}, that are not silent at every one of {CODES} random codes",
            ("", "epochs", "e1", "e2", "e3"),
            _by_shape(deep, lambda r: (r["live_units"],)),
        )
    if records:
        yield "<h3>Semantic hashing as it is used</h3>"
        yield table(
            f"Precision at 100 by Hamming distance, test queries in training documents; by chance {records[0]['chance']:.3f}",
            ("", "epochs", "e1", "e2", "e3"),
            _by_shape(records, lambda r: (f"{r['precision_at_100']:.3f}",)),
        )
        yield provenance(records, _seconds(records))


def _enumerated(store: Store, records: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    if not records:
        return
    yield "<h3>The implied prior, and the tight encoder</h3>"
    yield paragraph(
        "Trained by summing over every code, so that nothing is due to sampling. With a linear decoder the implied prior "
        "p(z|l) ∝ exp(c'z + l A(f(z))) makes the linear encoder on counts tight (the replicated softmax, given the length). "
        "Under the declared prior `tightcheck suggest` states the statistics of the smallest tight family, z and C(z) = "
        "-A(f(z)) where f is linear, here with natural parameters affine in counts and length, and proposes, at 8 bits and "
        "for every decoder, one categorical code over the 256 joint states of the bits, here the table; to 16 bits it "
        "proposes no such family. " + _family_of_tight(records)
    )
    yield figure(store, "text-without-sampling", "Gap and span residual after every epoch; the residual is to (1, z).")
    yield table(
        "All test documents, nats, at the last epoch; the gap's two parts on 251 of them",
        ("", "epochs", "prior", "encoder", "log p(x)", "ELBO", "gap", "family", "amortisation", "span residual"),
        (
            (
                f"{r['bits']} bits, {r['depth']} hidden", r["epochs"], r["prior"], f"{r['encoder']}: {ENCODERS[r['encoder']]}",
                f"{r['test_log_likelihood'][-1]:.2f}", f"{r['test_elbo'][-1]:.2f}",
                f"{r['test_log_likelihood'][-1] - r['test_elbo'][-1]:.3f}",
                *(f"{r[part] + 0.0:.3f}" if part in r else "-" for part in ("family", "amortisation")),
                f"{r['residual'][-1]:.3f}",
            )
            for r in sorted(records, key=lambda r: (r["depth"], r["bits"]))
        ),
    )  # fmt: skip
    yield provenance(records, sum(record["seconds"] for record in records))


def _family_of_tight(records: Sequence[Mapping[str, Any]]) -> str:
    """What the designs that are tight by theory lose to their family."""
    lost = [r["family"] for r in records if "family" in r and _is_tight(r)]
    if not lost:
        return ""
    return (
        f"In these the family loses at most {max(map(abs, lost)):.4f} nats; the rest of the gap is the network's, whose weights "
        "are learnt from the training documents."
    )


def _is_tight(record: Mapping[str, Any]) -> bool:
    """Whether theory says so: the tight encoders, and the implied prior of a linear decoder."""
    return record["encoder"] in {TIGHT, TABLE} or (record["prior"] == "implied" and record["depth"] == 0)
