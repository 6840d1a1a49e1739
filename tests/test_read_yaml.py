"""Design files: six published designs as they are read, every short form, and the answers to files that are wrong."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import sympy as sp
import yaml

from tightcheck.design import OUTPUT, SOFTMAX, Constant, Design, Map
from tightcheck.expression import CoordinateSum, parse
from tightcheck.read_yaml import DesignError, read_design, schema

HALF = sp.Rational(1, 2)
x, z = sp.symbols("x z", real=True)

ENCODER = "latent: {family: gaussian, dim: 2}\nmap: affine\noutput: [mean, log_variance]\n"
DECODER = "observed: {family: bernoulli, dim: 3}\nmap: affine\noutput: logits\nprior: standard_normal\n"


@pytest.fixture
def design(tmp_path: Path):
    """Reads a design from two texts."""

    def read(encoder: str = ENCODER, decoder: str = DECODER) -> Design:
        (tmp_path / "encoder.yaml").write_text(encoder)
        (tmp_path / "decoder.yaml").write_text(decoder)
        return read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")

    return read


def test_what_one_hot_is_of_several_coordinates_is_said(design):
    bits = "latent: {family: bernoulli, dim: %d}\nmap: affine\noutput: logits\n"
    shown = DECODER.replace("standard_normal", "uniform") + "input: one_hot\n"
    assert any("of the whole code" in sentence for _, sentence in design(bits % 2, shown).remarks)
    assert not design(bits % 1, shown).remarks


def heads(conditional):
    """The heads by the names of their symbols."""
    return {head.symbol.name: head for head in conditional.heads}


def test_text_vae(design):
    read = design(
        """\
latent: {family: bernoulli, dim: 64}
features: frequencies
map: {kind: mlp, hidden: [512, 512], activation: relu}
output: logits
""",
        """\
observed: {family: multinomial, dim: 10000, length: random}
map: {kind: affine}
output: logits
prior: {family: bernoulli, probs: 0.5}
objective: elbo
""",
    )
    (q,), (p,) = read.encoder, read.decoder
    assert (q.block.name, q.block.family, q.block.copies, q.block.dimension) == ("z", "bernoulli", 64, None)
    assert (p.block.family, p.block.copies, p.block.dimension, p.block.length) == ("multinomial", 1, 10000, "random")
    assert q.inputs.kind == "frequencies"
    assert q.inputs.place.line == 2
    assert q.heads[0].source == Map("mlp", (512, 512), "relu", place=q.heads[0].source.place)
    assert q.natural == (q.heads[0].symbol,)
    assert [head.symbol.name for head in p.heads] == ["logits_1", "logits_2", "logits_3"]
    assert p.natural == tuple(head.symbol - p.heads[2].symbol for head in p.heads[:2])
    assert read.prior.blocks[0].parameters["probs"].value == HALF
    assert str(read.prior.blocks[0].place).endswith("decoder.yaml:4 (prior: {family: bernoulli, probs: 0.5})")
    assert not read.outside
    assert not read.remarks


def test_mnist_vae_with_the_customary_short_forms(design):
    read = design(
        "latent: {family: gaussian, dim: 20}\nmap: {kind: mlp, hidden: [400]}\n",
        "observed: {family: bernoulli, dim: 784, domain: unit_interval}\nmap: {kind: mlp, hidden: [400]}\n",
    )
    assert set(heads(read.encoder[0])) == {"mean", "log_variance"}
    mean, log_variance = (head.symbol for head in read.encoder[0].heads)
    assert read.encoder[0].natural == (mean * sp.exp(-log_variance), -sp.exp(-log_variance) / 2)
    assert {name: c.value for name, c in read.prior.blocks[0].parameters.items()} == {"mean": 0, "variance": 1}
    said = " ".join(sentence for _, sentence in read.remarks)
    for words in ("continuous_bernoulli", "mean, log_variance", "No prior is written", "logits"):
        assert words in said


@pytest.mark.parametrize(
    ("covariance", "family", "copies", "dimension"),
    [("diagonal", "gaussian", 10, None), ("full", "full_gaussian", 1, 10), ("isotropic", "isotropic_gaussian", 1, 10)],
)
def test_probabilistic_pca(design, covariance, family, copies, dimension):
    spread = {"diagonal": "log_variance", "full": "covariance", "isotropic": "log_variance"}[covariance]
    read = design(
        f"latent: {{family: normal, dim: 10, covariance: {covariance}}}\nmap: affine\noutput: [mean, {spread}]\n",
        """\
observed: {family: gaussian, dim: 784, covariance: isotropic}
map: affine
output: {mean: output, variance: {learned: shared}}
prior: standard_normal
""",
    )
    block = read.latent[0]
    if covariance == "isotropic":
        assert (block.family, block.copies, block.dimension) == (family, copies, dimension)
    assert (block.family, block.copies, block.dimension) == (family, copies, dimension)
    assert len(read.encoder[0].heads) == {"diagonal": 2, "full": 3 + 6, "isotropic": 3 + 1}[covariance]
    assert isinstance(read.decoder[0].block.copies, int)
    variance = heads(read.decoder[0])["variance"].source
    assert (variance.value, variance.sharing, variance.place.line) == (None, "shared", 3)


def test_scvi(design):
    read = design(
        "latent: {family: gaussian, dim: 10}\nfeatures: log1p\nmap: {kind: mlp, hidden: [128]}\n"
        "output: [mean, log_variance]\ngiven: [batch]\ncovariates: [batch]\n",
        """\
observed: {family: negative_binomial, dim: 2000, dispersion: {learned: per_coordinate}}
covariates: {library: {computed_from: x}}
given: batch
map: {kind: mlp, hidden: [128]}
output: {mean: library * softmax}
prior: standard_normal
""",
    )
    (p,) = read.decoder
    assert p.block.fixed["r"] == Constant(None, "per_coordinate", p.block.fixed["r"].place)
    assert heads(p)["mean"].link == sp.Symbol("library", real=True) * SOFTMAX
    assert p.natural[0].free_symbols == {heads(p)["mean"].symbol, sp.Symbol("r", positive=True)}
    assert (read.covariates, p.inputs.covariates, read.encoder[0].inputs.covariates) == (
        ("batch", "library"),
        ("batch",),
        ("batch",),
    )
    ((place, sentence),) = read.remarks
    assert place.line == 2
    assert "no density of x" in sentence


def test_a_library_size_that_is_latent(design):
    read = design(
        "latent: [{name: z, family: gaussian, dim: 10}, {name: library, family: log_normal}]\nfeatures: log1p\n"
        "map: [{kind: mlp, hidden: [128]}, affine]\noutput: [[mean, log_variance], [loc, log_variance]]\n",
        "observed: {family: negative_binomial, dim: 2000, r: 2}\nmap: {kind: mlp, hidden: [8]}\n"
        "output: {mean: library * softmax}\nprior: {z: standard_normal, library: {learned: log_normal}}\n",
    )
    assert [b.family for b in read.latent] == ["gaussian", "log_normal"]
    assert [c.heads[0].source.kind for c in read.encoder] == ["mlp", "affine"]
    (mean,) = read.decoder[0].heads
    assert read.decoder[0].natural == (sp.log(mean.symbol / (mean.symbol + 2)),)
    assert [b.family for b in read.prior.blocks] == ["gaussian", "log_normal"]
    assert read.prior.blocks[1].parameters["loc"].sharing == "per_coordinate"


def test_m2(design):
    read = design(
        """\
latent:
  - {name: y, family: categorical, dim: 10}
  - {name: z, family: gaussian, dim: 50, given: y}
map: {kind: mlp, hidden: [500], activation: softplus}
output: [logits, [mean, log_variance]]
""",
        "observed: {family: bernoulli, dim: 784}\nmap: {kind: mlp, hidden: [500]}\noutput: logits\n"
        "prior: [uniform, standard_normal]\nobjective: {semi_supervised: y}\n",
    )
    assert (read.latent[0].dimension, read.latent[1].given) == (10, ("y",))
    assert (read.objective.kind, read.objective.value) == ("semi_supervised", "y")
    assert read.prior.blocks[0].natural == (0, 0)
    assert read.covariates == ()


def test_four_gaussians(design):
    read = design(
        "latent: {family: bernoulli, dim: 2}\nmap: {kind: mlp, hidden: [64, 64]}\noutput: logits\n",
        "observed: {family: gaussian, dim: 2, covariance: {fixed: 1/4}}\ninput: one_hot\nmap: affine\noutput: mean\n"
        "prior: {family: bernoulli, probs: 1/2}\n",
    )
    assert read.decoder[0].inputs.kind == "one_hot"
    variance = heads(read.decoder[0])["variance"].source
    assert (variance.value, variance.sharing) == (sp.Rational(1, 4), "fixed")


def test_one_file_with_both_parts(tmp_path, design):
    both = {"encoder": yaml.safe_load(ENCODER), "decoder": yaml.safe_load(DECODER)}
    (tmp_path / "both.yaml").write_text(yaml.safe_dump(both))
    (both_parts, two_files) = read_design(tmp_path / "both.yaml"), design()
    assert both_parts.encoder[0].natural == two_files.encoder[0].natural
    assert both_parts.prior.blocks[0].natural == two_files.prior.blocks[0].natural


@pytest.mark.parametrize(
    ("graph", "edges"),
    [
        ("graph: chain", ((0, 1), (1, 2), (2, 3))),
        ("graph: star", ((0, 1), (0, 2), (0, 3))),
        ("edges: [[3, 0]]", ((0, 3),)),
    ],
)
def test_graphs(design, graph, edges):
    read = design(
        f"latent: {{family: markov_random_field, dim: 4, {graph}}}\nmap: affine\noutput: natural\n",
        DECODER.replace("standard_normal", "free"),
    )
    assert read.latent[0].edges == edges


@pytest.mark.parametrize(("domain", "is_said"), [("real", False), ("unit_interval", True), ("positive", True)])
def test_which_of_the_two_supports_is_analysed_is_said(design, domain, is_said):
    decoder = DECODER.replace("bernoulli", "gaussian_fixed_variance").replace("dim: 3", f"dim: 3, domain: {domain}")
    remarks = design(ENCODER, decoder.replace("output: logits", "output: mean")).remarks
    assert any("analysed on its own support" in str(remark) for remark in remarks) == is_said


def test_what_is_not_written_is_said(design):
    read = design("latent: {family: gaussian, dim: 2, given: batch}\noutput: [mean, log_variance]\n")
    said = " ".join(sentence for _, sentence in read.remarks)
    assert "No map is written for z" in said
    assert "batch is no block" in said
    assert read.encoder[0].heads[0].source.kind == "unrestricted"
    assert read.covariates == read.encoder[0].inputs.covariates == ("batch",)


LINKS = {
    "output": None,
    "softplus": sp.log(1 + sp.exp(OUTPUT)),
    "softplus + 1": sp.log(1 + sp.exp(OUTPUT)) + 1,
    "exp(output/2)": sp.exp(OUTPUT / 2),
    "sigmoid": 1 / (1 + sp.exp(-OUTPUT)),
    "5*tanh": 5 * sp.tanh(OUTPUT),
    "z[1]*softmax": sp.Symbol("z[1]", real=True) * SOFTMAX,
}


@pytest.mark.parametrize("text", LINKS)
def test_links(design, text):
    read = design(
        decoder=f"observed: {{family: poisson, dim: 3}}\nmap: affine\noutput: {{rate: '{text}'}}\nprior: free\n"
    )
    assert read.decoder[0].heads[0].link == LINKS[text]
    assert bool(read.remarks) == (text == "output")  # a rate must be positive


FEATURES = {
    "x / sum(x)": x / CoordinateSum(x),
    "log1p(x)": sp.log(1 + x),
    "x": None,
    "log1p": None,
    "tfidf": None,
}


@pytest.mark.parametrize("text", FEATURES)
def test_features(design, text):
    inputs = design(encoder=f"features: {text}\n{ENCODER}").encoder[0].inputs
    assert inputs.expression == FEATURES[text]
    assert inputs.kind == ("expression" if FEATURES[text] else "identity" if text == "x" else text)


SPELLINGS = {
    "swish": "silu",
    "SiLU": "silu",
    "LeakyReLU": "leaky_relu",
    "linear": "identity",
    "mish": "mish",
    "relu6": "relu6",
    "hard-tanh": "hardtanh",
}


@pytest.mark.parametrize("word", SPELLINGS)
def test_activations_as_programs_spell_them(design, word):
    read = design(ENCODER.replace("affine", f"{{kind: mlp, hidden: [3], activation: {word}}}"))
    assert {head.source.activation for head in read.encoder[0].heads} == {SPELLINGS[word]}


@pytest.mark.parametrize("kind", ["convolutional", "cnn", "ResNet", "transformer"])
def test_an_architecture_is_taken_for_any_function_and_this_is_said(design, kind):
    read = design(ENCODER.replace("affine", f"{{kind: {kind}}}"))
    assert {head.source.kind for head in read.encoder[0].heads} == {"unrestricted"}
    assert [kind in remark for _, remark in read.remarks] == [True]


@pytest.mark.parametrize("parameters", ["loc: 0, concentration: 0", "concentration: 0, loc: 0", "concentration: 0"])
def test_a_concentration_of_zero_is_uniform_in_any_order(design, parameters):
    encoder = "latent: {family: von_mises, dim: 1}\nmap: affine\noutput: [loc, concentration]\n"
    read = design(encoder, DECODER.replace("standard_normal", f"{{family: von_mises, {parameters}}}"))
    (block,) = read.prior.blocks
    known = {s: block.parameters[s.name].value for e in block.natural for s in e.free_symbols}
    assert all(e.xreplace(known) == 0 for e in block.natural)


def test_directions_and_scales_as_programs_write_them(design):
    read = design(
        "latent: {family: von_mises_fisher, dim: 3}\nmap: affine\noutput: [{loc: normalize}, {concentration: exp}]\n",
        DECODER.replace("standard_normal", "uniform"),
    )
    found = heads(read.encoder[0])
    assert [found[f"loc_{k}"].source.kind for k in (1, 2, 3)] == ["unrestricted"] * 3
    assert found["concentration"].source.kind == "affine"
    assert "any direction" in read.remarks[0][1]
    scale = design("latent: {family: normal, dim: 2}\nmap: affine\noutput: [loc, {scale_diag: softplus}]\n")
    assert {head.link for head in scale.encoder[0].heads} == {None, sp.log(1 + sp.exp(OUTPUT))}


KNOWN = """\
observed: {{family: gaussian, dim: {size}, covariance: full}}
map: affine
output: [mean, {{covariance: {{fixed: {m}}}}}]
prior: standard_normal
"""


def test_a_known_matrix_is_its_entries(design):
    (p,) = design(decoder=KNOWN.format(size=2, m="[[2, 1/2], [0.5, 3]]")).decoder
    found = heads(p)
    assert [found[f"covariance_{k}"].source.value for k in ("11", "21", "22")] == [2, HALF, 3]
    assert {head.source.sharing for name, head in found.items() if name.startswith("covariance")} == {"fixed"}


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ("[[2, 1], [0, 3]]", "must be symmetric"),
        ("[[1, 2], [2, 3]]", "no full_gaussian has these values"),
        ("[[1, 2, 3], [2, 9, 1]]", "write as many entries in each"),
    ],
)
def test_a_known_matrix_that_is_none_is_refused(design, matrix, words):
    with pytest.raises(DesignError, match=words):
        design(decoder=KNOWN.format(size=2, m=matrix))


def test_a_large_known_matrix_is_kept_as_fixed(design):
    rows = [[int(i == k) + 1 for k in range(5)] for i in range(5)]
    (p,) = design(decoder=KNOWN.format(size=5, m=rows)).decoder
    assert {head.source.value for head in p.heads if head.symbol.name.startswith("covariance")} == {None}


def test_a_field_as_prior_has_the_graph_of_its_block(design):
    field = "latent: {family: markov_random_field, dim: 5, graph: complete}\nmap: affine\noutput: natural\n"
    (block,) = design(field, DECODER.replace("standard_normal", "{learned: markov_random_field}")).prior.blocks
    assert len(block.natural) == len(block.parameters) == 6  # three nodes stand for five


def test_densities_on_the_line_by_name(design):
    def density(text):
        return design(decoder=DECODER.replace("standard_normal", text)).prior.blocks[0].log_density

    assert density("{family: cauchy, scale: 2}") == -sp.log(1 + z**2 / 4)
    assert density("{family: student_t, df: 3, loc: 1}") == -2 * sp.log(1 + (z - 1) ** 2 / 3)
    assert density("{family: logistic, mean: 0, scale: {learned: shared}}") is None
    with pytest.raises(DesignError, match="positive"):
        density("{family: cauchy, scale: -1}")
    with pytest.raises(DesignError, match="no 'rate'"):
        density("{family: gumbel, rate: 1}")


def test_a_prior_given_a_covariate(design):
    given = DECODER.replace("standard_normal", "{learned: gaussian, given: y}")
    assert design("given: y\n" + ENCODER, "covariates: [y]\n" + given).prior.blocks[0].given == ("y",)
    with pytest.raises(DesignError, match="no covariate"):
        design(decoder=given)


def test_learned_mixtures_of_the_encoders_family(design):
    def block(text):
        return design(decoder=DECODER.replace("standard_normal", text)).prior.blocks[0]

    assert block("{mixture: 10}").components == 10
    assert block("{family: mixture, components: 500, of: normal}").components == 500
    assert block("{family: mixture, components: 500, of: laplace}").components is None
    assert (block("{mixture: 1}").family, block("{mixture: 1}").components) == ("gaussian", None)
    with pytest.raises(DesignError, match="whole number of components"):
        block("{mixture: 0}")


def test_maps_per_output_bounds_and_batch_normalisation(design):
    read = design(
        "latent: {family: gaussian, dim: 2}\nmap: [{kind: expression, expression: 'b + a*x[0]', parameters: [a, b]}, "
        "unrestricted]\noutput: [mean, logvar]\nbounds: {logvar: [-10, 10]}\nbatch_norm: eval\n"
    )
    mean, log_variance = read.encoder[0].heads
    assert mean.source.expression == parse(
        "b + a*x[0]", dict(zip("abx", sp.symbols("a b x", real=True), strict=True)), {"x": 3}
    )
    assert {s.name for s in mean.source.parameters} == {"a", "b"}
    assert (log_variance.source.kind, log_variance.source.batch_norm) == ("unrestricted", "eval")
    assert (mean.bounds, log_variance.bounds) == (None, (-10, 10))


PRIORS = {
    "implied": ("implied", None),
    "free": ("free", None),
    "{learned: gaussian}": ("declared", "gaussian"),
    "{family: gaussian, precision: [[2, 1], [1, 2]]}": ("declared", "full_gaussian"),
    "{log_density: -sum(z^4)}": ("declared", None),
    "{mixture: [{weight: 1/2, family: gaussian, mean: 0}, {weight: 1/2, family: gaussian, mean: 1}]}": (
        "declared",
        None,
    ),
    "vampprior": ("declared", None),
    "{family: student_t, df: 3}": ("declared", None),
    "{family: laplace, loc: 0, scale: 1}": ("declared", "laplace"),
}


@pytest.mark.parametrize("text", PRIORS)
def test_priors(design, text):
    prior = design(decoder=DECODER.replace("standard_normal", text)).prior
    assert (prior.kind, prior.blocks[0].family if prior.blocks else None) == PRIORS[text]


def test_prior_details(design):
    def block(text):
        return design(decoder=DECODER.replace("standard_normal", text)).prior.blocks[0]

    assert block("{family: gaussian, covariance: [[2, 1], [1, 2]]}").precision == sp.Matrix([[2, -1], [-1, 2]]) / 3
    assert block("{log_density: -sum(z^4)}").log_density == -CoordinateSum(z**4)
    laplace = block("{family: laplace, loc: 1, scale: 1/3}")
    assert {name: c.value for name, c in laplace.parameters.items()} == {"loc": 1, "scale": sp.Rational(1, 3)}
    mixture = block(
        "{mixture: [{weight: 1/4, family: gaussian}, {weight: 3/4, family: gaussian, mean: 1, variance: 2}]}"
    )

    def normal(mean, variance):
        return sp.exp(-((z - mean) ** 2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)

    density = sp.exp(mixture.log_density).replace(CoordinateSum, lambda term: term)  # of one coordinate
    difference = density - normal(0, 1) / 4 - 3 * normal(1, 2) / 4
    assert abs(sp.N(difference.subs(z, sp.Rational(3, 7)), 30)) < sp.Float("1e-25")


OBJECTIVES = {
    "elbo": ("elbo", None),
    "{beta: 1}": ("elbo", None),
    "{beta: 0.2}": ("beta", sp.Rational(1, 5)),
    "{iwae: 50}": ("iwae", 50),
    "{kl_scale: 1/784}": ("other", "kl_scale: 1/784"),
    "{other: mean squared error}": ("other", "other: mean squared error"),
}


@pytest.mark.parametrize("text", OBJECTIVES)
def test_objectives(design, text):
    objective = design(decoder=f"{DECODER}objective: {text}\n").objective
    assert (objective.kind, objective.value) == OBJECTIVES[text]


OUTSIDE = {
    "flow": (ENCODER + "flow: iaf\n", DECODER),
    "hierarchical": (ENCODER + "hierarchical: ladder\n", DECODER),
    "map of the encoder": (ENCODER.replace("affine", "{kind: flow}"), DECODER),
    "batch normalisation": (ENCODER + "batch_norm: train\n", DECODER),
    "code": (ENCODER.replace("gaussian", "vector_quantized"), DECODER),
    "autoregressive": (ENCODER, DECODER.replace("affine", "pixelcnn")),
    "zero-inflated": (ENCODER, DECODER.replace("bernoulli", "zero_inflated_poisson")),
    "dispersion": (
        ENCODER,
        "observed: {family: negative_binomial, dim: 3}\noutput: [mean, dispersion]\nprior: standard_normal\n",
    ),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_named_things_outside_the_theorem_are_no_errors(design, name):
    (entry,) = design(*OUTSIDE[name]).outside
    assert entry.reason
    assert entry.nearest
    assert entry.place.line


TWO_BLOCKS = "latent: [{name: y, family: bernoulli}, {name: z, family: gaussian}]\nmap: affine\n"
WRONG = {  # what is written -> file and line of the complaint, what it says
    (ENCODER.replace("gaussian", "gausian"), DECODER): ("encoder.yaml:1", "gaussian"),
    (ENCODER.replace("latent", "latents"), DECODER): ("encoder.yaml:1", "latent, features"),
    (ENCODER.replace("affine", "afine"), DECODER): ("encoder.yaml:2", "affine"),
    (ENCODER.replace("affine", "{kind: affine, hiden: [3]}"), DECODER): ("encoder.yaml:2", "hidden"),
    (ENCODER.replace("affine", "{kind: affine, hidden: [3]}"), DECODER): ("encoder.yaml:2", "kind: mlp"),
    (ENCODER.replace("affine", "{kind: mlp, hidden: [-3]}"), DECODER): ("encoder.yaml:2", "greater than 0"),
    (ENCODER.replace("affine", "{kind: mlp, hidden: [3], activation: rely}"), DECODER): ("encoder.yaml:2", "relu"),
    (ENCODER.replace("affine", "[affine, affine, affine]"), DECODER): ("encoder.yaml:2", "3 maps for 2 outputs"),
    (ENCODER.replace("log_variance", "log_var1ance"), DECODER): ("encoder.yaml:3", "[mean, log_variance]"),
    (ENCODER.replace("[mean, log_variance]", "mean"), DECODER): ("encoder.yaml:3", "[mean, variance]"),
    (ENCODER.replace("[mean, log_variance]", "[mean, mean]"), DECODER): ("encoder.yaml:3", "twice"),
    (ENCODER.replace("[mean,", "[{mean: {fixed: 1, learned: shared}},"), DECODER): ("encoder.yaml:3", "either"),
    (ENCODER.replace("[mean,", "[{mean: {learned: sometimes}},"), DECODER): ("encoder.yaml:3", "per_coordinate"),
    (ENCODER.replace("[mean,", "[{mean: 3},"), DECODER): ("encoder.yaml:3", "{fixed: ...}"),
    (ENCODER.replace("[mean,", "[{mean: 2*outpt},"), DECODER): ("encoder.yaml:3", "nearest: output"),
    (ENCODER + "bounds: {variance: [0, 1]}\n", DECODER): ("encoder.yaml:4", "log_variance"),
    (ENCODER + "bounds: {log_variance: [1, 0]}\n", DECODER): ("encoder.yaml:4", "[lower, upper]"),
    (ENCODER + "features: freqencies\n", DECODER): ("encoder.yaml:4", "frequencies"),
    (ENCODER + "features: x + y\n", DECODER): ("encoder.yaml:4", "character 5"),
    (ENCODER + "given: zz\ncovariates: [batch]\n", DECODER): ("encoder.yaml:4", "batch"),
    (ENCODER + "covariates: [z]\n", DECODER): ("encoder.yaml:4", "twice"),
    (ENCODER + "covariates: [exp]\n", DECODER): ("encoder.yaml:4", "cannot name"),
    (ENCODER + "flow: iav\n", DECODER): ("encoder.yaml:4", "iaf"),
    (ENCODER.replace("dim: 2", "dim: 0"), DECODER): ("encoder.yaml:1", "greater than 0"),
    (ENCODER.replace("dim: 2", "dim: 2.5"), DECODER): ("encoder.yaml:1", "a whole number"),
    (ENCODER.replace("dim: 2", "dim: 2, categories: 3"), DECODER): ("encoder.yaml:1", "no categories"),
    (ENCODER.replace("dim: 2", "dim: 2, length: 3"), DECODER): ("encoder.yaml:1", "no length"),
    (ENCODER.replace("dim: 2", "dim: 2, edges: [[0, 1]]"), DECODER): ("encoder.yaml:1", "graph"),
    (ENCODER.replace("dim: 2", "dim: 2, covariance: ful"), DECODER): ("encoder.yaml:1", "full"),
    (ENCODER.replace("dim: 2", "dim: 2, varience: 3"), DECODER): ("encoder.yaml:1", "variance"),
    (ENCODER, DECODER.replace("dim: 3", "dim: 3, covariance: full")): ("decoder.yaml:1", "no covariance"),
    (ENCODER, DECODER.replace("dim: 3", "dim: 3, domain: unit_intervall")): ("decoder.yaml:1", "unit_interval"),
    (ENCODER, DECODER.replace("bernoulli", "multinomial")): ("decoder.yaml:1", "length: random"),
    (ENCODER, DECODER.replace("dim: 3", "probs: maybe")): ("decoder.yaml:1", "'maybe'"),
    (ENCODER, DECODER.replace("family: bernoulli, ", "")): ("decoder.yaml:1", "family"),
    (ENCODER, DECODER.replace("standard_normal", "standard_norml")): ("decoder.yaml:4", "standard_normal"),
    (ENCODER, DECODER.replace("standard_normal", "{family: gaussian, mean: 0, variance: {fixed: [1, -1]}}")): (
        "decoder.yaml:4",
        "variance must be positive",
    ),
    (
        ENCODER.replace("gaussian, dim: 2", "categorical, dim: 3").replace("[mean, log_variance]", "logits"),
        DECODER.replace("standard_normal", "{family: categorical, probs: {fixed: [1/2, 1/2, 0]}}"),
    ): ("decoder.yaml:4", "add up to 1"),
    (ENCODER, DECODER.replace("standard_normal", "uniform")): ("decoder.yaml:4", "no uniform density"),
    (ENCODER, DECODER.replace("standard_normal", "{mean: 0}")): ("decoder.yaml:4", "exactly one"),
    (ENCODER, DECODER.replace("standard_normal", "{family: gaussian, mean: 0, var1ance: 1}")): (
        "decoder.yaml:4",
        "variance",
    ),
    (ENCODER, DECODER.replace("standard_normal", "[uniform, free]")): ("decoder.yaml:4", "2 priors for 1"),
    (ENCODER, DECODER.replace("standard_normal", "{family: gaussian, mean: [0, 1, 4], variance: 1}")): (
        "decoder.yaml:4",
        "mean is a list of 3, but z has 2",
    ),
    (ENCODER, DECODER.replace("standard_normal", "{family: gaussian, precision: [[1, 2], [2, 1]]}")): (
        "decoder.yaml:4",
        "positive definite",
    ),
    (ENCODER, DECODER.replace("standard_normal", "{family: gaussian, precision: [[1]]}")): ("decoder.yaml:4", "2 by 2"),
    (ENCODER, DECODER.replace("standard_normal", "{log_density: -y^2}")): ("decoder.yaml:4", "'y'"),
    (ENCODER, DECODER + "objective: elbow\n"): ("decoder.yaml:5", "elbo"),
    (ENCODER, DECODER + "objective: {betta: 4}\n"): ("decoder.yaml:5", "beta"),
    (ENCODER, DECODER + "objective: {beta: -4}\n"): ("decoder.yaml:5", "positive"),
    (ENCODER, DECODER + "objective: {iwae: 1.5}\n"): ("decoder.yaml:5", "whole"),
    (ENCODER, DECODER + "objective: {semi_supervised: y}\n"): ("decoder.yaml:5", "z"),
    (ENCODER.replace("family: gaussian", "family: 7"), DECODER): ("encoder.yaml:1", "`tightcheck families`"),
    (ENCODER.replace("{family: gaussian, dim: 2}", "[gaussian, 2]"), DECODER): ("encoder.yaml:1", "{family: gaussian"),
    (ENCODER.replace("dim: 2", "dim: \uff12"), DECODER): ("encoder.yaml:1", "write 2"),
    (ENCODER.replace("affine", "3"), DECODER): ("encoder.yaml:2", "`affine`"),
    (ENCODER.replace("affine", "{kind: expression, mean: x}"), DECODER): ("encoder.yaml:2", "`expression`"),
    (ENCODER.replace("affine", "{kind: expression, expression: w*x}"), DECODER): (
        "encoder.yaml:2",
        "`parameters: [w]`",
    ),
    (ENCODER.replace("[mean, log_variance]", "logits"), DECODER): ("encoder.yaml:3", "one of [mean, log_variance],"),
    (ENCODER.replace("[mean, log_variance]", "[mean, log_scal]"), DECODER): (
        "encoder.yaml:3",
        "one of [mean, log_scale],",
    ),
    (ENCODER + "bounds: {log_variance: [1]}\n", DECODER): (
        "encoder.yaml:4",
        "a list of 1 was found; write [lower, upper]",
    ),
    (TWO_BLOCKS + "output: {y: logits, z: mean}\n", DECODER): ("encoder.yaml:3", "in the order y, z"),
    (TWO_BLOCKS + "output: {y: logits, z: [mean, scale]}\n", DECODER): ("encoder.yaml:3", "for several blocks a list"),
    (ENCODER, DECODER.replace("bernoulli, dim: 3", "negative_binomial, r: -1")): (
        "decoder.yaml:1",
        "a positive number",
    ),
    (DECODER, ENCODER): ("encoder.yaml:1", "encoder's file first"),
    (DECODER, DECODER): ("encoder.yaml:1", "encoder's file first"),
    (ENCODER, ENCODER): ("decoder.yaml:1", "decoder's file second"),
}


@pytest.mark.parametrize("files", WRONG, ids=lambda files: WRONG[files][1][:20])
def test_a_wrong_file_is_answered_with_its_place_and_its_remedy(design, files):
    where, words = WRONG[files]
    with pytest.raises(DesignError) as error:
        design(*files)
    assert where in str(error.value)
    assert words in error.value.message
    assert "\n" not in str(error.value)


def test_an_empty_file_name_is_told_to_be_one() -> None:
    with pytest.raises(DesignError, match="the name of a file is empty"):
        read_design("", "decoder.yaml")


@pytest.mark.parametrize(
    ("part", "words"), [(ENCODER, "decoder's file after it"), (DECODER, "encoder's file before it")]
)
def test_one_part_alone_is_told_to_be_one(tmp_path, part, words):
    (tmp_path / "part.yaml").write_text(part)
    with pytest.raises(DesignError, match=words):
        read_design(tmp_path / "part.yaml")


def test_the_right_files_are_read(design):
    assert not design().outside


def test_schema_accepts_the_shipped_designs_and_refuses_unknown_keys():
    validator = jsonschema.Draft202012Validator(schema())
    files = list((Path(__file__).parent.parent / "tightcheck" / "examples").glob("*/*.yaml"))
    assert files
    for file in files:
        validator.validate(yaml.safe_load(file.read_text()))
    assert not validator.is_valid({"latent": {"family": "gaussian"}, "maps": "affine"})
    assert not validator.is_valid({"latent": {"family": "gaussian", "dim": -1}})
