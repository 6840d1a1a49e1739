"""Text VAEs: sparse likelihood against a dense one, ARM against enumeration, exact gaps, Table 2, resuming."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

torch = pytest.importorskip("torch")

from tightcheck.experiments.reproduce import (  # noqa: E402
    text,
    text_compare,
    text_data,
    text_differences,
    text_enumerated,
    text_exact,
    text_retrieval,
    text_run,
    text_span,
    text_table,
    text_train,
)
from tightcheck.experiments.reproduce.frame import Request, Store  # noqa: E402
from tightcheck.experiments.reproduce.text_data import Corpus, MissingDataError  # noqa: E402
from tightcheck.experiments.reproduce.text_enumerated import Design, Model  # noqa: E402
from tightcheck.experiments.reproduce.text_laws import Factorised, Table  # noqa: E402
from tightcheck.experiments.reproduce.text_likelihood import Documents, distinct, log_likelihood, log_partition  # noqa: E402
from tightcheck.experiments.reproduce.text_model import Decoder, Models, Shape, divergence  # noqa: E402
from tightcheck.experiments.reproduce.text_run import Profile  # noqa: E402
from tightcheck.experiments.reproduce.text_table import Cell  # noqa: E402
from tightcheck.suggestions.search import suggest  # noqa: E402

WORDS = 30
CPU = torch.device("cpu")


def corpus(documents: int = 24, seed: int = 0) -> Corpus:
    """Small documents of two topics, labelled by them."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(1, 3, documents)
    topics = generator.dirichlet(np.full(WORDS, 0.3), 2)
    counts = np.stack([generator.multinomial(generator.integers(3, 40), topics[label - 1]) for label in labels])
    return Corpus(sparse.csr_array(counts.astype(np.int32)), labels)


@pytest.fixture
def data() -> Documents:
    return Documents.of(corpus(), CPU, torch.float64)


def dense(data: Documents) -> torch.Tensor:
    return data.rows.dense()


def frequencies() -> torch.Tensor:
    return text_train.frequencies(corpus())


def test_likelihood_and_its_gradients_are_those_of_the_dense_formula(data: Documents) -> None:
    generator = torch.Generator().manual_seed(0)
    layers = [
        [
            torch.randn(size, generator=generator, dtype=torch.float64, requires_grad=True)
            for size in ((rows, 4), (4, WORDS), (WORDS,))
        ]
        for rows in (5, 3)
    ]
    code = torch.stack([torch.randint(len(layer[0]), (3, len(data)), generator=generator) for layer in layers])
    weight = torch.randn(2, 3, len(data), generator=generator, dtype=torch.float64)
    weight[:, 2] = 0
    code[0, :2].clamp_(max=3)  # code 4 has no gradient, and its rows are skipped
    expected = torch.stack(
        [
            (torch.log_softmax(torch.addmm(bias, hidden, matrix), 1)[numbers] * dense(data)).sum(-1)
            for (hidden, matrix, bias), numbers in zip(layers, code, strict=True)
        ]
    )
    values = log_likelihood([(h, w, b) for h, w, b in layers], code, data)
    torch.testing.assert_close(values, expected)
    parts = [part for layer in layers for part in layer]
    own, theirs = (torch.autograd.grad((weight * each).sum(), parts) for each in (values, expected))
    for mine, other in zip(own, theirs, strict=True):
        torch.testing.assert_close(mine, other)


def test_batches_hold_the_documents_in_their_order_each_once(data: Documents) -> None:
    batches = list(data.shuffled(7, seed=0))
    assert [len(batch) for batch in batches] == [7, 7, 7, 3]
    order = np.random.default_rng(0).permutation(len(data))
    torch.testing.assert_close(torch.cat([dense(batch) for batch in batches]), dense(data)[order])
    torch.testing.assert_close(torch.cat([batch.lengths for batch in batches]), dense(data)[order].sum(1))
    torch.testing.assert_close(torch.cat([batch.log_base_measure for batch in batches]), data.log_base_measure[order])


def test_products_with_counts_and_their_gradients(data: Documents) -> None:
    weight = torch.randn(WORDS, 3, dtype=torch.float64, requires_grad=True)
    upstream = torch.randn(len(data), 3, dtype=torch.float64)
    torch.testing.assert_close(data @ weight, dense(data) @ weight)
    torch.testing.assert_close(torch.autograd.grad(data @ weight, weight, upstream)[0], dense(data).T @ upstream)


def test_log_partition(data: Documents) -> None:
    logits = (30 * torch.randn(4, WORDS, dtype=torch.float64)).requires_grad_()
    expected = torch.logsumexp(logits, 1)
    torch.testing.assert_close(log_partition(logits), expected)
    upstream = torch.arange(4.0, dtype=torch.float64)
    own, theirs = (torch.autograd.grad(each, logits, upstream) for each in (log_partition(logits), expected))
    torch.testing.assert_close(own[0], theirs[0])


def test_distinct_codes_come_in_the_order_of_their_first_rows() -> None:
    codes = torch.randint(2, (40, 64), generator=torch.Generator().manual_seed(0))
    codes[20:] = codes[:20].flip(0)
    chosen, number = distinct(codes)
    assert len(chosen) == 20
    assert torch.equal(chosen[number], codes)
    assert torch.equal(number[:20], torch.arange(20))


def test_base_measure_makes_the_masses_of_all_documents_of_a_length_add_up_to_one() -> None:
    """All x with l = 3 over two words: sum of h(x) p^x = 1."""
    documents = Corpus(sparse.csr_array(np.array([[3, 0], [2, 1], [1, 2], [0, 3]])), np.ones(4, dtype=np.int64))
    mass = np.exp(documents.log_base_measure() + documents.counts @ np.log([0.3, 0.7]))
    assert mass.sum() == pytest.approx(1)


def test_divergence_by_enumeration() -> None:
    natural = torch.tensor([[0.3, -2.0, 1.5]], dtype=torch.float64)
    log_q = text_exact.log_code(natural)
    assert float(divergence(natural)) == pytest.approx(float((log_q.exp() * (log_q + 3 * math.log(2))).sum()))


@pytest.mark.parametrize("depth", [0, 1])
def test_the_estimate_is_unbiased(data: Documents, depth: int) -> None:
    """The mean gradient of many draws against the exact ELBO's, summed over all eight codes."""
    models = Models(Shape(3, depth), frequencies(), seed=3).double()
    parameters = [models.encoders.bias, models.decoders[0].weight, models.decoders[1].bias]
    exact = torch.zeros((), dtype=torch.float64)
    codes = text_span.every_code(3, models.encoders.bias)
    for decoder, natural in zip(models.decoders, models.encoders(data), strict=True):
        table = dense(data) @ torch.log_softmax(decoder.logits(codes), 1).T
        log_q = text_exact.log_code(natural)
        exact = exact + (log_q.exp() * (table - log_q)).sum(1).mean() - 3 * math.log(2)
    expected = torch.autograd.grad(exact, parameters)
    generator = torch.Generator().manual_seed(0)
    surrogate = text_train.estimate(models, data, 3000, generator)
    found = torch.autograd.grad(surrogate.sum(0).mean(), parameters)
    assert float(surrogate.detach().sum(0).mean()) == pytest.approx(float(exact.detach()), abs=0.1)
    for mine, other in zip(found, expected, strict=True):
        assert float((mine - other).norm() / other.norm()) < 0.05


def test_encoders_see_what_they_are_said_to_see(data: Documents) -> None:
    """Twice the document: e1's natural parameter moves by W x, those of e2 and e3 stay."""
    models = Models(Shape(4, 0), frequencies(), seed=0).double()
    once, twice = models.encoders(data), models.encoders(_doubled(data))
    columns = models.encoders.weight[:, :4]
    torch.testing.assert_close(twice[0] - once[0], dense(data) @ columns)
    torch.testing.assert_close(twice[1:], once[1:])


def _doubled(data: Documents) -> Documents:
    return Documents(data.rows.with_values(2 * data.rows.values), 2 * data.lengths, data.log_base_measure)


def test_a_linear_decoder_starts_at_the_words_frequencies_and_a_deep_one_does_not(data: Documents) -> None:
    """All hidden units of a deep decoder that starts there may fall silent: see `Decoder`."""
    frequencies = torch.tensor([0.7, 0.2, 0.1])
    linear, deep = (Decoder(Shape(4, depth), frequencies.log()) for depth in (0, 2))
    torch.testing.assert_close(torch.softmax(linear.bias, 0), frequencies)
    assert deep.bias.abs().max() <= deep.weight.shape[0] ** -0.5


def test_live_units_are_those_that_some_code_turns_on() -> None:
    decoder = Decoder(Shape(2, 1), torch.zeros(3))
    hidden = decoder.hidden[0]
    with torch.no_grad():
        hidden.weight.zero_()
        hidden.bias.fill_(-1.0)
        hidden.weight[0, 0] = 2.0  # type: ignore[index]
        hidden.bias[1] = 1.0  # type: ignore[index]
    codes = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    assert decoder.live_units(codes) == 2
    assert decoder.live_units(codes[:1]) == 1


def test_exact_gap_of_a_posterior_that_factorises_is_zero() -> None:
    natural = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    table = text_exact.log_code(natural) - 7
    gap = text_exact.measure(table, natural)
    assert gap.log_likelihood == pytest.approx(-7)
    assert gap.gap == pytest.approx(0, abs=1e-12)
    worse = text_exact.measure(table, natural + 1)
    assert worse.family == pytest.approx(0, abs=1e-9)
    assert worse.amortisation == pytest.approx(worse.gap, abs=1e-9)
    assert worse.gap > 0.1


def test_mean_field_is_stationary_and_never_worse() -> None:
    generator = torch.Generator().manual_seed(1)
    table = 3 * torch.randn(6, 8, dtype=torch.float64, generator=generator)
    start = torch.randn(6, 3, dtype=torch.float64, generator=generator)
    end = text_exact.mean_field(table, start, sweeps=300).requires_grad_()
    assert (text_exact.elbo(table, end) >= text_exact.elbo(table, start)).all()
    (slope,) = torch.autograd.grad(text_exact.elbo(table, end).sum(), end)
    torch.testing.assert_close(slope, torch.zeros_like(slope), atol=1e-6, rtol=0)


def test_span_residual_is_zero_exactly_on_affine_functions(data: Documents) -> None:
    codes = text_span.every_code(4, torch.zeros((), dtype=torch.float64))
    affine = codes @ torch.randn(4, 7, dtype=torch.float64) + 2
    assert text_span.of_values(codes, affine).nats < 1e-9
    bent = affine + 0.5 * (codes[:, :1] - 0.5) * (codes[:, 1:2] - 0.5) * 4
    freedom = 16 / 11
    assert text_span.of_values(codes, bent).nats == pytest.approx(0.5 * math.sqrt(freedom))


def test_a_linear_decoder_has_the_residual_of_its_partition_function_times_the_length(data: Documents) -> None:
    decoder = Decoder(Shape(4, 0), torch.log(frequencies())).double()
    with torch.no_grad():
        decoder.weight.mul_(10)
    codes = text_span.every_code(4, decoder.bias)
    partition = torch.logsumexp(decoder.logits(codes), 1)[:, None]
    expected = text_span.of_values(codes, partition.detach()).nats * float(data.lengths.mean())
    assert text_span.residual(decoder, data).nats == pytest.approx(expected)


def _trained(design: Design, steps: int) -> tuple[torch.Tensor, torch.Tensor, Model, Documents]:
    data = Documents.of(corpus(), CPU)
    model = Model(design, frequencies(), seed=0)
    optimiser = torch.optim.Adam(model.parameters(), 0.05, fused=True)
    for _ in range(steps):
        optimiser.zero_grad()
        (-model(data).mean()).backward()
        optimiser.step()
    with torch.no_grad():
        return model(data), model.evidence(data, model.codes()), model, data


def test_tight_designs_close_the_gap_and_the_factorised_one_does_not() -> None:
    gaps = {}
    for prior, encoder in (("declared", "tight"), ("declared", "table"), ("implied", "e1"), ("declared", "e3")):
        bound, evidence, _, _ = _trained(Design(Shape(2, 0), prior, encoder), 500)
        gaps[prior, encoder] = float((evidence - bound).mean())
    worst = gaps.pop(("declared", "e3"))
    assert max(gaps.values()) < 0.02
    assert worst > 3 * max(gaps.values())


@pytest.mark.parametrize("depth", [0, 1])
def test_every_design_has_the_bound_that_enumeration_gives(data: Documents, depth: int) -> None:
    """E_q [log p(x, z) - log q(z|x)] with q and p listed code by code, from the decoder's logits."""
    codes = text_span.every_code(3, torch.zeros((), dtype=torch.float64))
    for design in text_enumerated.designs(Shape(3, depth)):
        model = _random(design)
        likelihood = dense(data) @ torch.log_softmax(model.decoder.logits(codes), 1).T
        prior = torch.full_like(likelihood, -3 * math.log(2))
        if design.prior == "implied":
            partition = torch.logsumexp(model.decoder.logits(codes), 1)
            prior = torch.log_softmax(codes @ model.prior + data.lengths[:, None] * partition, 1)
        law = model.law(data, model.codes())
        log_q = text_exact.log_code(law.natural) if isinstance(law, Factorised) else law.log_q
        table = likelihood + prior
        torch.testing.assert_close(model(data), (log_q.exp() * (table - log_q)).sum(1))
        torch.testing.assert_close(model.evidence(data, model.codes()), torch.logsumexp(table, 1))


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_the_table_holds_the_posterior_of_any_decoder_and_a_product_over_bits_does_not(
    data: Documents, depth: int
) -> None:
    gaps = {name: _random(Design(Shape(3, depth), "declared", name)).gap(data) for name in ("table", "e1")}
    assert gaps["table"].family == pytest.approx(0, abs=1e-9)
    assert gaps["table"].amortisation > 0.01
    assert gaps["e1"].family > 1e-4


def _random(design: Design) -> Model:
    """With weights large enough for every part to matter."""
    model = Model(design, frequencies(), seed=0).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return model


@pytest.mark.parametrize("bits", [1, 4, 5])
def test_partitions_of_a_linear_decoder_come_from_two_halves_of_the_code(bits: int) -> None:
    decoder = Decoder(Shape(bits, 0), torch.log(frequencies())).double()
    with torch.no_grad():
        decoder.weight.mul_(20)
    own, theirs = (
        text_enumerated.partitions(decoder),
        torch.logsumexp(decoder.logits(text_span.every_code(bits, decoder.bias)), 1),
    )
    torch.testing.assert_close(own, theirs)
    upstream = torch.randn(2**bits, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for mine, other in zip(
        torch.autograd.grad(own, list(decoder.parameters()), upstream),
        torch.autograd.grad(theirs, list(decoder.parameters()), upstream),
        strict=True,
    ):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("bits", [1, 5])
def test_expectations_and_entropy_of_a_product_are_those_of_its_table(bits: int) -> None:
    generator = torch.Generator().manual_seed(bits)
    natural = torch.randn(6, bits, dtype=torch.float64, generator=generator)
    values = torch.randn(2**bits, 3, dtype=torch.float64, generator=generator)
    product, table = Factorised(natural), Table(text_exact.log_code(natural))
    torch.testing.assert_close(product.expectation(values), table.expectation(values))
    torch.testing.assert_close(product.entropy(), table.entropy())


@pytest.mark.parametrize("decoder", ["{kind: affine}", "{kind: mlp, hidden: [512]}", "{kind: mlp, hidden: [512, 512]}"])
def test_what_is_suggested_to_eight_bits_is_the_table(tmp_path: Path, decoder: str) -> None:
    encoder, other = tmp_path / "encoder.yaml", tmp_path / "decoder.yaml"
    encoder.write_text("latent: {family: bernoulli, dim: 8}\nfeatures: counts\nmap: {kind: affine}\noutput: logits\n")
    other.write_text(
        f"observed: {{family: multinomial, dim: 10000, length: random}}\nmap: {decoder}\noutput: logits\n"
        "prior: {family: bernoulli, probs: 0.5}\n"
    )
    first = suggest(encoder, other).found[0]
    assert [edit.kind for edit in first.edits] == ["encoder"]
    assert "one categorical code over the 256 joint states" in first.edits[0].words
    assert first.declared.word == "tight"


def test_the_implied_prior_leaves_no_span_residual_and_its_law_of_z_adds_up_to_one(data: Documents) -> None:
    model = Model(Design(Shape(3, 0), "implied", "e1"), frequencies(), seed=0).double()
    with torch.no_grad():
        model.decoder.weight.mul_(20)
        model.prior.add_(1)
    assert model.residual(data).nats < 1e-9
    codes = text_span.every_code(3, model.prior)
    table = model.log_joint(data, model.codes())
    likelihood = dense(data) @ torch.log_softmax(model.decoder.logits(codes), 1).T
    torch.testing.assert_close((table - likelihood).exp().sum(1), torch.ones(len(data), dtype=torch.float64))


def test_designs_without_sampling() -> None:
    names = [str(design) for design in text_enumerated.designs(Shape(8, 0))]
    assert len(names) == len(set(names)) == 8
    assert [str(design) for design in text_enumerated.designs(Shape(16, 0))] == [
        name.replace("8-bits", "16-bits") for name in names[:-1]
    ]
    assert not any(design.encoder == "tight" for design in text_enumerated.designs(Shape(8, 1)))


def test_precision_counts_ties_by_the_share_taken() -> None:
    queries = torch.tensor([[0, 0]])
    codes = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    labels = torch.tensor([1, 1, 2, 1])
    own = torch.tensor([1])
    assert text_retrieval.precision(queries, own, codes, labels, nearest=1) == pytest.approx(1)
    assert text_retrieval.precision(queries, own, codes, labels, nearest=2) == pytest.approx((1 + 0.5) / 2)
    assert text_retrieval.precision(queries, own, codes, labels, nearest=4) == pytest.approx(3 / 4)


def test_the_papers_table_holds_the_order_as_it_says_but_once() -> None:
    paper = text_table.paper()
    assert len(paper) == 72
    assert paper[Cell("train", 64, 2, "e3")] == 409
    assert paper[Cell("test", 16, 1, "e2")] == 422
    assert text_table.ordering(paper, "train").fails == ()
    assert text_table.ordering(paper, "test").fails == ((16, 1),)


def test_the_constant_is_recovered() -> None:
    paper = text_table.paper()
    shifted = {cell: value + 200 for cell, value in paper.items() if cell.bits > 8}
    assert text_table.constant(shifted, paper) == pytest.approx(200)


def test_missing_data_names_the_source_and_the_layout(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"qwone\.com/~jason/20Newsgroups.*train\.data"):
        text_data.read(tmp_path)
    (tmp_path / "train.data").write_text("1 1 2\n")
    with pytest.raises(MissingDataError, match=r"test\.data is missing"):
        text_data.read(tmp_path)


def _written(folder: Path) -> None:
    for part in ("train", "test"):
        own = corpus(seed=part == "test")
        rows, columns = own.counts.nonzero()
        lines = (f"{r + 1} {c + 1} {n}" for r, c, n in zip(rows, columns, own.counts.data, strict=True))
        (folder / f"{part}.data").write_text("\n".join(lines))
        np.savetxt(folder / f"{part}.label", own.labels, fmt="%d")


def test_both_layouts_are_read_and_the_frequent_words_kept(tmp_path: Path) -> None:
    _written(tmp_path)
    train, test = text_data.read(tmp_path, words=10)
    sums = np.sort(np.asarray(corpus().counts.sum(0)))[::-1]
    np.testing.assert_array_equal(np.asarray(train.counts.sum(0)), sums[:10])
    assert test.counts.shape == (24, 10)
    packed = tmp_path / "20news"
    packed.mkdir()
    for part, own in (("train", corpus()), ("test", corpus(seed=1))):
        sparse.save_npz(packed / f"{part}_bow.npz", sparse.csr_matrix(own.counts))
        np.savetxt(packed / f"{part}.label", own.labels, fmt="%d")
        (tmp_path / f"{part}.data").unlink()
    again, _ = text_data.read(tmp_path, words=10)
    np.testing.assert_array_equal(again.counts.toarray(), train.counts.toarray())


def test_omitted_words_are_counted_by_documents(tmp_path: Path) -> None:
    """Three words, one kept: the first has most occurrences (9 in one document), the second is in most documents."""
    (tmp_path / "train.data").write_text("1 1 9\n1 2 1\n2 2 1\n3 2 1\n2 3 1\n3 3 1\n")
    assert text_data.omitted(tmp_path, words=1) == {
        "words": 1,
        "omitted_by_occurrences": 3,
        "omitted_by_documents": 2,
    }


def test_a_row_of_two_codes_that_say_nothing_is_told_from_one_that_fails() -> None:
    def record(encoder: str, divergence: float) -> dict[str, object]:
        return {"bits": 8, "depth": 2, "encoder": encoder, "epochs": 3, "divergence": [divergence], "batch": 64}

    records = [record("e1", 2.0), record("e2", 0.004), record("e3", 0.0)]
    own = {
        Cell(split, 8, 2, encoder): value
        for split in ("train", "test")
        for encoder, value in zip(("e1", "e2", "e3"), (560.0, 596.2, 596.1), strict=True)
    }
    said = list(text_differences.differences(records, own, text_table.paper(), []))
    assert "further apart here than in the paper in 1 of 1 rows" in said[0]
    assert "in 2 configurations" in said[1]
    assert "at most 0.10 nats apart" in said[1]
    assert "of both splits 2 rows have two such encoders" in said[1]
    assert "2 of the 2 rows where the order fails" in said[1]
    assert not any(sentence.startswith("Words") for sentence in said)
    records[1] = record("e2", 0.5)
    (idle,) = (s for s in text_differences.differences(records, own, text_table.paper(), []) if s.startswith("Codes"))
    assert "in 1 configurations" in idle
    assert "No row has two such encoders" in idle


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_run, "SHAPES", (Shape(4, 0),))
    monkeypatch.setattr(text_run, "QUICK", Profile((2, 1), (1, 0)))
    monkeypatch.setattr(text_compare, "QUICK", ((Shape(3, 0), 2),))
    monkeypatch.setattr(text_train, "BATCH", 8)


@pytest.mark.usefixtures("small")
def test_stopping_and_resuming_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpora = corpus(), corpus(seed=1)
    whole = Request(Store(tmp_path / "whole"), tmp_path, is_quick=True)
    assert text_run.train(whole, corpora)
    assert text_compare.train(whole, corpora)
    monkeypatch.setattr(text_train, "SAVED_EVERY", 0.0)
    parts = Request(Store(tmp_path / "parts"), tmp_path, is_quick=True)
    kills = iter([False, True, False, False, True] + 50 * [False])
    monkeypatch.setattr(Request, "is_over", lambda self: next(kills))
    while not (text_run.train(parts, corpora) and text_compare.train(parts, corpora)):
        pass
    for pattern in ("text/*", "text-measured/*", "text-enumerated/*"):
        first, second = (request.store.read(pattern) for request in (whole, parts))
        assert first
        assert [_timeless(record) for record in first] == [_timeless(record) for record in second]


def _timeless(record: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if "seconds" not in name}


@pytest.mark.usefixtures("small")
def test_a_slice_without_an_epoch_leaves_no_results(tmp_path: Path) -> None:
    """A page of no epochs has no lowest NELBO and no constant."""
    request = Request(Store(tmp_path), tmp_path, is_quick=True, seconds=0)
    assert not text_run.train(request, (corpus(), corpus(seed=1)))
    assert not text_compare.train(request, (corpus(), corpus(seed=1)))
    assert not list(tmp_path.rglob("*.jsonl"))
    assert text.section(request.store) == ""


@pytest.mark.usefixtures("small")
def test_a_kill_without_sampling_loses_the_epoch_it_was_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_train, "SAVED_EVERY", 0.0)
    request = Request(Store(tmp_path), tmp_path, is_quick=True)
    calls = iter([False])
    monkeypatch.setattr(Request, "is_over", lambda self: next(calls))  # the second call ends it as a kill does
    with pytest.raises(StopIteration):
        text_compare.train(request, (corpus(), corpus(seed=1)))
    (record,) = request.store.read("text-enumerated/*")
    assert record["epochs"] == 1


@pytest.mark.usefixtures("small")
def test_a_killed_write_leaves_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(Store(tmp_path), tmp_path, is_quick=True)
    state = text_run.open_state(request, corpus(), Shape(4, 0))
    state.history.append({"seconds": 1.0})
    file = text_run.checkpoint(request, Shape(4, 0))
    text_train.save(state, file)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", killed)
    state.history.append({"seconds": 2.0})
    with pytest.raises(KeyboardInterrupt):
        text_train.save(state, file)
    assert text_run.open_state(request, corpus(), Shape(4, 0)).history == [{"seconds": 1.0}]
