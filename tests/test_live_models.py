"""Modules with the structure of published libraries' own: each has its verdict derived by hand, and its source.

The classes are written anew, as small as they can be, with the calls, loops, normalisations and links of the sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal
from torch.nn import functional

from tightcheck import analyze
from tightcheck.read_yaml import design_of
from tightcheck.reading.live import trees

NORMAL = "standard_normal"
GENES = {"family": "negative_binomial", "dim": 60, "dispersion": {"learned": "per_coordinate"}}


class Layers(nn.Module):
    """scvi-tools, src/scvi/nn/_base_components.py, FCLayers: categories beside every layer, steps by the class of a layer."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        cat: int = 0,
        depth: int = 1,
        hidden: int = 32,
        norm: str = "batch",
        act: Any = nn.ReLU,
    ) -> None:
        super().__init__()
        self.cat, widths = cat, [inputs, *[hidden] * (depth - 1), outputs]
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Linear(a + cat, b),
                nn.BatchNorm1d(b) if norm == "batch" else nn.LayerNorm(b, elementwise_affine=False),
                *([act()] if act else []),
                nn.Dropout(0.1),
            )
            for a, b in pairwise(widths)
        )

    def forward(self, x: Tensor, *cat_list: Tensor) -> Tensor:
        codes = [functional.one_hot(cat.squeeze(-1).long(), self.cat) for cat in cat_list]
        for layers in self.layers:
            for layer in layers.children():
                if isinstance(layer, nn.BatchNorm1d):
                    x = torch.stack([layer(row) for row in x]) if x.dim() == 3 else layer(x)
                else:
                    x = layer(torch.cat((x, *codes), dim=-1) if isinstance(layer, nn.Linear) and codes else x)
        return x


class CellEncoder(nn.Module):
    """scvi-tools, _base_components.py, Encoder: a normal law whose variance is exp(.) + 0.0001, and a draw from it."""

    def __init__(self, inputs: int, latents: int, floor: float = 1e-4, **more: Any) -> None:
        super().__init__()
        self.encoder, self.floor = Layers(inputs, 32, **more), floor
        self.mean_encoder, self.var_encoder = nn.Linear(32, latents), nn.Linear(32, latents)

    def forward(self, x: Tensor) -> Any:
        q = self.encoder(x)
        law = Normal(self.mean_encoder(q), (torch.exp(self.var_encoder(q)) + self.floor).sqrt())
        return law, law.rsample()


class TypedEncoder(CellEncoder):
    """The same, given the cell's type."""

    def forward(self, x: Tensor, y: Tensor) -> Any:  # type: ignore[override]
        q = self.encoder(x, y)
        return Normal(self.mean_encoder(q), (torch.exp(self.var_encoder(q)) + self.floor).sqrt())


class CellDecoder(nn.Module):
    """scvi-tools, _base_components.py, DecoderSCVI: shares of the library."""

    def __init__(self, latents: int, genes: int) -> None:
        super().__init__()
        self.px_decoder = Layers(latents, 32)
        self.px_scale_decoder = nn.Sequential(nn.Linear(32, genes), nn.Softmax(dim=-1))

    def forward(self, z: Tensor, library: Tensor) -> Any:
        return torch.exp(library) * self.px_scale_decoder(self.px_decoder(z))


class LinearCellDecoder(nn.Module):
    """scvi-tools, _base_components.py, LinearDecoderSCVI: one affine layer, batch-normalised, no activation."""

    def __init__(self, latents: int, genes: int) -> None:
        super().__init__()
        self.factor_regressor = Layers(latents, genes, act=None)

    def forward(self, z: Tensor, library: Tensor) -> Tensor:
        return torch.exp(library) * torch.softmax(self.factor_regressor(z), dim=-1)


class PeakDecoder(nn.Module):
    """scvi-tools, src/scvi/module/_peakvae.py, Decoder, times the depth that the loss has."""

    def __init__(self, latents: int, regions: int) -> None:
        super().__init__()
        self.px_decoder = Layers(latents, 32, depth=2, norm="layer", act=nn.LeakyReLU)
        self.output = nn.Sequential(nn.Linear(32, regions), nn.Sigmoid())

    def forward(self, z: Tensor, depth: Tensor) -> Any:
        return torch.sigmoid(depth) * self.output(self.px_decoder(z))


class TypedDecoder(nn.Module):
    """scvi-tools, src/scvi/module/_vaec.py: layer normalisation, the label in every layer, library * softmax."""

    def __init__(self, latents: int, genes: int, labels: int) -> None:
        super().__init__()
        self.decoder, self.px_decoder = Layers(latents, 32, cat=labels, depth=2, norm="layer"), nn.Linear(32, genes)

    def forward(self, z: Tensor, library: Tensor, y: Tensor) -> Tensor:
        return library * torch.softmax(self.px_decoder(self.decoder(z, y)), dim=-1)


class ExpressionDecoder(nn.Module):
    """theislab/scgen, scgen/_base_components.py, DecoderSCGEN: LeakyReLU layers and an affine one."""

    def __init__(self, latents: int, genes: int) -> None:
        super().__init__()
        self.layers, self.out = Layers(latents, 64, depth=2, hidden=64, act=nn.LeakyReLU), nn.Linear(64, genes)

    def forward(self, z: Tensor) -> Any:
        return self.out(self.layers(z))


class BatchDecoder(nn.Module):
    """scvi-tools, src/scvi/module/_jaxvae.py, FlaxDecoder, in PyTorch: the batch is added to every layer."""

    def __init__(self, latents: int, genes: int, batches: int) -> None:
        super().__init__()
        self.dense1, self.dense2 = nn.Linear(latents, 32), nn.Linear(batches, 32)
        self.dense3, self.dense4, self.dense5 = nn.Linear(32, 32), nn.Linear(batches, 32), nn.Linear(32, genes)
        self.norm1, self.norm2, self.batches = nn.BatchNorm1d(32), nn.BatchNorm1d(32), batches

    def forward(self, z: Tensor, library: Tensor, batch: Tensor) -> Tensor:
        code = functional.one_hot(batch.squeeze(-1).long(), self.batches).float()
        h = functional.relu(self.norm1(self.dense1(z) + self.dense2(code)))
        h = functional.relu(self.norm2(self.dense3(h) + self.dense4(code)))
        return library * torch.softmax(self.dense5(h), dim=-1)


class ListedEncoder(nn.Module):
    """pythae, models/nn/default_architectures.py, Encoder_VAE_MLP and Encoder_SVAE_MLP: a list of layers, named heads."""

    def __init__(self, latents: int, spread: str, spreads: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Sequential(nn.Linear(36, 64), nn.ReLU())])
        self.embedding, self.spread, self.name = nn.Linear(64, latents), nn.Linear(64, spreads), spread

    def forward(self, x: Tensor) -> Any:
        out = x.reshape(-1, 36)
        for layer in self.layers:
            out = layer(out)
        return {"embedding": self.embedding(out), self.name: self.spread(out)}

    def on_the_sphere(self, x: Tensor) -> Any:
        """src/pythae/models/svae/svae_model.py, forward."""
        found = self(x)
        return found["embedding"] / found["embedding"].norm(dim=-1, keepdim=True), functional.softplus(found[self.name])

    def bounded(self, x: Tensor) -> Any:
        """src/pythae/models/vamp/vamp_model.py, forward."""
        found = self(x)
        return found["embedding"], torch.tanh(found[self.name])


class ListedDecoder(nn.Module):
    """pythae, default_architectures.py, Decoder_AE_MLP."""

    def __init__(self, latents: int) -> None:
        super().__init__()
        first = nn.Sequential(nn.Linear(latents, 64), nn.ReLU())
        self.layers = nn.ModuleList([first, nn.Sequential(nn.Linear(64, 36), nn.Sigmoid())])

    def forward(self, z: Tensor) -> Any:
        out = z
        for layer in self.layers:
            out = layer(out)
        return {"reconstruction": out.reshape((z.shape[0], 36))}


class SmoothVae(nn.Module):
    """pyro, examples/vae/vae.py: softplus layers, a scale through exp, probabilities kept off 0 and 1 by 1e-7."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(36, 40), nn.Linear(40, 5), nn.Linear(40, 5)
        self.fc3, self.fc4, self.softplus, self.sigmoid = (
            nn.Linear(5, 40),
            nn.Linear(40, 36),
            nn.Softplus(),
            nn.Sigmoid(),
        )

    def encode(self, x: Tensor) -> Any:
        hidden = self.softplus(self.fc1(x.reshape(-1, 36)))
        return self.fc21(hidden), torch.exp(self.fc22(hidden))

    def decode(self, z: Tensor) -> Any:
        fudge = 1e-7
        return (self.sigmoid(self.fc4(self.softplus(self.fc3(z)))) + fudge) * (1 - 2 * fudge)


class ClippedVae(SmoothVae):
    """pytorch/examples, vae/main.py: a continuous Bernoulli whose parameter is clipped."""

    def encode(self, x: Tensor) -> Any:
        h1 = functional.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def decode(self, z: Tensor) -> Any:
        return torch.clamp(torch.sigmoid(self.fc4(functional.relu(self.fc3(z)))), min=0.0001, max=0.9999)


class TextNetwork(nn.Module):
    """contextualized-topic-models, networks/inference_network.py, CombinedInferenceNetwork, and decoding_network.py (prodLDA)."""

    def __init__(self, words: int, topics: int) -> None:
        super().__init__()
        self.adapt_vocab, self.adapt_bert = nn.Linear(words, 50), nn.Linear(8, 50)
        self.input_layer, self.activation = nn.Linear(100, 20), nn.Softplus()
        self.hiddens = nn.Sequential(nn.Sequential(nn.Linear(20, 20), self.activation))
        self.f_mu, self.f_mu_batchnorm = nn.Linear(20, topics), nn.BatchNorm1d(topics, affine=False)
        self.f_sigma, self.f_sigma_batchnorm = nn.Linear(20, topics), nn.BatchNorm1d(topics, affine=False)
        self.beta, self.beta_batchnorm = nn.Parameter(torch.ones(topics, words)), nn.BatchNorm1d(words, affine=False)

    def infer(self, x: Tensor, embedding: Tensor) -> Any:
        x = torch.cat((self.adapt_vocab(x), self.adapt_bert(embedding)), 1)
        x = self.hiddens(self.activation(self.input_layer(x)))
        return self.f_mu_batchnorm(self.f_mu(x)), self.f_sigma_batchnorm(self.f_sigma(x))

    def words(self, z: Tensor) -> Tensor:
        theta = functional.softmax(z, dim=1)
        return functional.softmax(self.beta_batchnorm(torch.matmul(theta, self.beta)), dim=1)


class Convolutions(nn.Module):
    """PyTorch-VAE, models/vanilla_vae.py and gamma_vae.py: strided convolutions, and a last tanh or sigmoid."""

    def __init__(self, last: nn.Module, head: nn.Module) -> None:
        super().__init__()
        block = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.LeakyReLU())
        self.encoder = nn.Sequential(block)
        self.fc_mu, self.fc_var = nn.Sequential(nn.Linear(16, 5), head), nn.Sequential(nn.Linear(16, 5), head)
        self.decoder_input = nn.Linear(5, 16)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(4, 4, 3, 2, 1, 1), nn.BatchNorm2d(4), nn.LeakyReLU())
        self.final_layer = nn.Sequential(nn.Conv2d(4, 3, 3, padding=1), last)

    def encode(self, x: Tensor) -> list[Tensor]:
        result = torch.flatten(self.encoder(x), start_dim=1)
        return [self.fc_mu(result), self.fc_var(result)]

    def decode(self, z: Tensor) -> Any:
        return self.final_layer(self.decoder(self.decoder_input(z).view(-1, 4, 2, 2)))


class Table(nn.Module):
    """sdv-dev/CTGAN, ctgan/synthesizers/tvae.py: ReLU layers, and a learned deviation of each column beside the outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 20), nn.ReLU())
        self.fc1, self.fc2 = nn.Linear(20, 5), nn.Linear(20, 5)
        self.seq = nn.Sequential(nn.Linear(5, 20), nn.ReLU(), nn.Linear(20, 20), nn.ReLU(), nn.Linear(20, 10))
        self.sigma = nn.Parameter(torch.ones(10) * 0.1)

    def encode(self, x: Tensor) -> Any:
        feature = self.down(x)
        return self.fc1(feature), self.fc2(feature)

    def decode(self, z: Tensor) -> Any:
        return self.seq(z), self.sigma


class Clicks(nn.Module):
    """The multinomial VAE of Liang et al. (WWW 2018), as dawenl/vae_cf: unit length, tanh layers, two halves of the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.q_layers = nn.ModuleList([nn.Linear(40, 20), nn.Linear(20, 2 * 5)])
        self.p_layers, self.drop = nn.ModuleList([nn.Linear(5, 20), nn.Linear(20, 40)]), nn.Dropout(0.5)

    def encode(self, x: Tensor) -> Any:
        h = self.drop(functional.normalize(x))
        for i, layer in enumerate(self.q_layers):
            h = layer(h)
            if i != len(self.q_layers) - 1:
                h = torch.tanh(h)
        return h[:, :5], h[:, 5:]

    def decode(self, z: Tensor) -> Any:
        h = z
        for i, layer in enumerate(self.p_layers):
            h = layer(h)
            if i != len(self.p_layers) - 1:
                h = torch.tanh(h)
        return h


class Items(nn.Module):
    """ilya-shenbin/RecVAE, model.py, Encoder: clicks of unit length, swish layers with skips, each normalised after it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(40, 20), nn.Linear(20, 20), nn.Linear(20, 20)
        self.ln1, self.ln2, self.ln3 = (nn.LayerNorm(20, eps=0.1) for _ in range(3))
        self.fc_mu, self.fc_logvar = nn.Linear(20, 5), nn.Linear(20, 5)

    def forward(self, x: Tensor) -> Any:
        x = x / (x.pow(2).sum(dim=-1).sqrt() + 1e-10)[:, None]
        h1 = self.ln1(swish(self.fc1(x)))
        h2 = self.ln2(swish(self.fc2(h1) + h1))
        h3 = self.ln3(swish(self.fc3(h2) + h1 + h2))
        return self.fc_mu(h3), self.fc_logvar(h3)


def swish(x: Tensor) -> Tensor:
    return x.mul(torch.sigmoid(x))


class Hash(nn.Module):
    """unsuthee/VariationalDeepSemanticHashing, VDSH.py: a log-variance through a sigmoid, one affine layer of words."""

    def __init__(self) -> None:
        super().__init__()
        self.enc_1, self.enc_2 = nn.Linear(40, 20), nn.Linear(20, 20)
        self.z_mean, self.z_log_var, self.words = nn.Linear(20, 5), nn.Linear(20, 5), nn.Linear(5, 40)

    def encode(self, x: Tensor) -> Any:
        h = torch.relu(self.enc_2(torch.relu(self.enc_1(x))))
        return self.z_mean(h), torch.sigmoid(self.z_log_var(h))


class SecondStage(nn.Module):
    """daib13/TwoStageVAE, network/two_stage_vae_model.py, encoder2 and decoder2: the input beside the last hidden layer."""

    def __init__(self) -> None:
        super().__init__()
        self.fc0, self.fc1, self.mu_u, self.logsd_u = (
            nn.Linear(6, 20),
            nn.Linear(20, 20),
            nn.Linear(26, 6),
            nn.Linear(26, 6),
        )

    def encode(self, z: Tensor) -> Any:
        t = torch.relu(self.fc1(torch.relu(self.fc0(z))))
        t = torch.cat([z, t], -1)
        return self.mu_u(t), torch.exp(self.logsd_u(t))

    def decode(self, u: Tensor) -> Any:
        return self.mu_u(torch.cat([u, torch.relu(self.fc1(torch.relu(self.fc0(u))))], -1))


class SystemDecoder(nn.Module):
    """scvi-tools, src/scvi/external/sysvi/_base_components.py, EncoderDecoder: the variance of each gene is a parameter, and
    numbers are asked whether they are any."""

    def __init__(self, latents: int, genes: int) -> None:
        super().__init__()
        self.decoder_y, self.mean_encoder = Layers(latents, 64, cat=2, depth=2, hidden=64), nn.Linear(64, genes)
        self.var_param = nn.Parameter(torch.zeros(1, genes))

    def forward(self, x: Tensor, system: Tensor) -> Any:
        y_m = self.mean_encoder(self.decoder_y(x, system))
        if y_m.isnan().any() or y_m.isinf().any():
            y_m = torch.nan_to_num(y_m)
        return {"y_m": y_m, "y_v": self.var_param}


class Labelled(nn.Module):
    """pyro, examples/vae/ss_vae_M2.py: a class from the image, and a style from the image and the class."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first, self.second, self.act = nn.Linear(inputs, 40), nn.Linear(40, outputs), nn.Softplus()

    def classes(self, x: Tensor) -> Any:
        return self.second(self.act(self.first(x)))

    def style(self, x: Tensor, y: Tensor) -> Any:
        loc, log_scale = self.second(self.act(self.first(torch.cat((x, y), -1)))).chunk(2, -1)
        return loc, torch.exp(log_scale)


def latent(dim: int = 5, **more: Any) -> dict[str, Any]:
    return {"latent": {"family": "gaussian", "dim": dim}, "output": ["mean", "log_variance"], **more}


LAW: dict[str, Any] = {"features": "log1p", "output": ["mean", {"scale": "sqrt(exp(output) + 0.0001)"}]}
LIBRARY: dict[str, Any] = {"covariates": {"library": {"computed_from": "x"}}}
UNIT: dict[str, Any] = {"family": "gaussian", "covariance": {"fixed": 1}}
TABLE: dict[str, Any] = {
    "observed": [
        {"name": "numbers", "family": "gaussian", "dim": 4, "covariance": "diagonal"},
        {"name": "kinds", "family": "categorical", "categories": 3, "dim": 2},
    ],
    "output": [[{"mean": "tanh"}, {"variance": {"learned": "per_coordinate"}}], "logits"],
    "prior": NORMAL,
    "objective": {"beta": 0.5},
}
smooth, clipped, text, clicks, words, stages = (
    SmoothVae(),
    ClippedVae(),
    TextNetwork(40, 5).eval(),
    Clicks(),
    Hash(),
    (SecondStage(), SecondStage()),
)
vanilla, gammas, table = (
    Convolutions(nn.Tanh(), nn.Identity()).eval(),
    Convolutions(nn.Sigmoid(), nn.Softmax(1)).eval(),
    Table(),
)

MODELS: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], tuple[str, str]]] = {
    # log(1 + x) through Lipschitz layers leaves F = 0; N(0, 1) is at o = log 0.9999. Implied: any Gaussian above the floor.
    "scvi": (
        latent(map=CellEncoder(60, 5).eval(), **LAW),
        {
            "observed": GENES,
            "map": CellDecoder(5, 60).eval(),
            "prior": NORMAL,
            **LIBRARY,
            "output": {"mean": "exp(library) * softmax"},
        },
        ("collapse", "collapse"),
    ),
    # In training mode every cell's code depends on the batch.
    "scvi in training": (
        latent(map=CellEncoder(60, 5), **LAW),
        {
            "observed": GENES,
            "map": CellDecoder(5, 60),
            "prior": NORMAL,
            **LIBRARY,
            "output": {"mean": "exp(library) * softmax"},
        },
        ("outside", "outside"),
    ),
    "linear scvi": (  # as scVI: F = 0 by the features
        latent(map=CellEncoder(60, 5).eval(), **LAW),
        {
            "observed": GENES,
            "map": LinearCellDecoder(5, 60).eval(),
            "prior": NORMAL,
            **LIBRARY,
            "output": {"mean": "exp(library) * softmax"},
        },
        ("collapse", "collapse"),
    ),
    # Normalised layers keep logit(d sigmoid(o)) bounded, and a bounded polynomial of z is constant, whatever the prior.
    "peakvi": (
        latent(
            map=CellEncoder(60, 5, floor=0.0, depth=2, norm="layer", act=nn.LeakyReLU),
            output=["mean", {"scale": "sqrt(exp(output))"}],
        ),
        {
            "observed": {"family": "bernoulli", "dim": 60},
            "map": PeakDecoder(5, 60),
            "covariates": {"depth": {"computed_from": "x"}},
            "output": {"probs": "sigmoid(depth) * sigmoid(output)"},
            "prior": NORMAL,
        },
        ("collapse", "collapse"),
    ),
    # The same for every cell type, of which both networks are told.
    "destvi's single cells": (
        latent(map=TypedEncoder(60, 5, cat=3, depth=2, norm="layer"), covariates=["y"], given="y", **LAW),
        {
            "observed": GENES,
            "map": TypedDecoder(5, 60, 3),
            "covariates": {"y": None, "library": {"computed_from": "x"}},
            "given": "y",
            "output": {"mean": "library * softmax"},
            "prior": NORMAL,
        },
        ("collapse", "collapse"),
    ),
    # Means with W'W diagonal are consistent with the piecewise affine networks; bent ones are not.
    "scgen": (
        latent(map=CellEncoder(60, 5, act=nn.LeakyReLU).eval(), output=LAW["output"]),
        {"observed": {**UNIT, "dim": 60}, "map": ExpressionDecoder(5, 60).eval(), "output": "mean", "prior": NORMAL},
        ("restricted", "restricted"),
    ),
    "jaxscvi": (  # as scVI, for every batch
        latent(map=CellEncoder(60, 5).eval(), **LAW),
        {
            "observed": GENES,
            "map": BatchDecoder(5, 60, 3).eval(),
            "covariates": {"batch": None, "library": {"computed_from": "x"}},
            "given": "batch",
            "output": {"mean": "library * softmax"},
            "prior": NORMAL,
        },
        ("collapse", "collapse"),
    ),
    # log(1 + e^f) is no polynomial. Implied: affine logits are consistent, bent ones are not.
    "pythae": (
        latent(map=ListedEncoder(5, "log_covariance", 5)),
        {
            "observed": {"family": "bernoulli", "dim": 36},
            "map": ListedDecoder(5),
            "output": {"probs": "sigmoid"},
            "prior": NORMAL,
        },
        ("collapse", "restricted"),
    ),
    # w'z + b is no sigmoid of a piecewise affine function on any piece of the sphere: F = 0, and a softplus is never 0.
    "pythae on a sphere": (
        {
            "latent": {"family": "von_mises_fisher", "dim": 5},
            "map": ListedEncoder(5, "log_concentration", 1).on_the_sphere,
            "output": [{"loc": "normalize"}, {"concentration": "softplus"}],
        },
        {"observed": {**UNIT, "dim": 36}, "map": ListedDecoder(5), "output": {"mean": "sigmoid"}, "prior": "uniform"},
        ("impossible", "collapse"),
    ),
    # A sigmoid keeps the mean bounded: F = 0. Equal components of log-variances within (-1, 1) are one posterior.
    "pythae's vamp": (
        latent(map=ListedEncoder(5, "log_covariance", 5).bounded, output=["mean", {"log_variance": "tanh"}]),
        {
            "observed": {**UNIT, "dim": 36},
            "map": ListedDecoder(5),
            "output": {"mean": "sigmoid"},
            "prior": {"mixture": 10},
        },
        ("collapse", "collapse"),
    ),
    # The logit of (sigmoid + 1e-7) (1 - 2e-7) is bounded, and a bounded polynomial of z is constant, whatever the prior.
    "pyro": (
        latent(map=smooth.encode, output=["mean", {"scale": "exp"}]),
        {
            "observed": {"family": "bernoulli", "dim": 36},
            "map": smooth.decode,
            "output": {"probs": "(sigmoid(output) + 0.0000001) * 0.9999998"},
            "prior": NORMAL,
        },
        ("collapse", "collapse"),
    ),
    # The same with the ends of a clip.
    "pytorch's example": (
        latent(map=clipped.encode),
        {
            "observed": {"family": "continuous_bernoulli", "dim": 36},
            "map": clipped.decode,
            "output": {"probs": {"link": "sigmoid", "bounds": [0.0001, 0.9999]}},
            "prior": NORMAL,
        },
        ("collapse", "collapse"),
    ),
    # Means through a tanh are bounded, so constant; categories are constant under N(0, 1). Implied: logits may be affine in z.
    "tvae": (latent(map=table.encode), {**TABLE, "map": table.decode}, ("collapse", "restricted")),
    # Logits W softmax(z) are bounded.
    "combined topics": (
        latent(map=text.infer, features="counts", covariates={"embedding": {"computed_from": "x"}}, given="embedding"),
        {
            "observed": {"family": "multinomial", "dim": 40, "length": "random"},
            "input": "softmax",
            "map": text.words,
            "output": {"probs": "softmax"},
            "prior": {"learned": "gaussian"},
        },
        ("collapse", "collapse"),
    ),
    "vanilla": (  # a tanh keeps the mean bounded
        latent(map=vanilla.encode),
        {"observed": {**UNIT, "dim": 48}, "map": vanilla.decode, "output": {"mean": "tanh"}, "prior": NORMAL},
        ("collapse", "collapse"),
    ),
    # F = 0, and shapes that add up to 1 are not the prior's 2. Implied: gammas of such shapes.
    "gammas": (
        {
            "latent": {"family": "gamma", "dim": 5},
            "map": gammas.encode,
            "output": [{"shape": "softmax"}, {"rate": "softmax"}],
        },
        {
            "observed": {**UNIT, "dim": 48},
            "map": gammas.decode,
            "output": {"mean": "sigmoid"},
            "prior": {"family": "gamma", "shape": 2, "rate": 1},
        },
        ("impossible", "collapse"),
    ),
    # Clicks of unit length forget how many they are: F = 0.
    "clicks": (
        latent(map=clicks.encode, features="x / sqrt(sum(x^2))"),
        {
            "observed": {"family": "multinomial", "dim": 40, "length": "random"},
            "map": clicks.decode,
            "output": "logits",
            "prior": NORMAL,
        },
        ("collapse", "collapse"),
    ),
    "items": (  # the same; a mixture of equal Gaussians is one
        latent(map=Items(), features="x / sqrt(sum(x^2))"),
        {
            "observed": {"family": "multinomial", "dim": 40, "length": "random"},
            "map": nn.Linear(5, 40),
            "output": "logits",
            "prior": {"mixture": 3},
        },
        ("collapse", "collapse"),
    ),
    # Tf-idf weights forget the length: F = 0, and log-variances in (0, 1) are not the prior's 0. Implied: such a Gaussian.
    "hashing": (
        latent(map=words.encode, features="tfidf", output=["mean", {"log_variance": "sigmoid"}]),
        {
            "observed": {"family": "multinomial", "dim": 40, "length": "random"},
            "map": words.words,
            "output": "logits",
            "prior": NORMAL,
        },
        ("impossible", "collapse"),
    ),
    # The style is idle given the class (singularities), the class may move the pixels: log p(y|x) is affine in x for softplus
    # pairs. Implied: a style of affine logits for every class, so no collapse, and bent ones are not consistent.
    "m2": (
        {
            "latent": [
                {"name": "y", "family": "categorical", "dim": 4},
                {"name": "z", "family": "gaussian", "dim": 5, "given": "y"},
            ],
            "map": [Labelled(36, 4).classes, Labelled(40, 10).style],
            "output": ["logits", ["mean", {"scale": "exp"}]],
        },
        {
            "observed": {"family": "bernoulli", "dim": 36},
            "map": {"kind": "mlp", "hidden": [40], "activation": "softplus"},
            "output": {"probs": "sigmoid"},
            "prior": [
                {"name": "y", "family": "categorical", "logits": 0},
                {"name": "z", "family": "gaussian", "mean": 0, "variance": 1},
            ],
            "objective": {"semi_supervised": "y"},
        },
        ("restricted", "restricted"),
    ),
    # Affine means with W'W diagonal are consistent, with a layer that sees z itself.
    "second stage": (
        latent(6, map=stages[0].encode, output=["mean", {"scale": "exp"}]),
        {
            "observed": {"family": "gaussian", "dim": 6, "covariance": "isotropic"},
            "map": stages[1].decode,
            "output": ["mean", {"variance": {"learned": "shared"}}],
            "prior": NORMAL,
        },
        ("restricted", "restricted"),
    ),
    # For every system affine means with W'W / sigma^2 diagonal are consistent, bent ones are not.
    "systems": (
        latent(
            map=TypedEncoder(60, 5, cat=2, floor=0.0).eval(),
            covariates=["y"],
            given="y",
            output=["mean", {"scale": "sqrt(exp(output))"}],
        ),
        {
            "observed": {"family": "gaussian", "dim": 60},
            "map": SystemDecoder(5, 60).eval(),
            "covariates": ["system"],
            "given": "system",
            "output": ["mean", {"variance": {"learned": "per_coordinate"}}],
            "prior": NORMAL,
        },
        ("restricted", "restricted"),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_module_has_the_verdicts_derived_by_hand(name: str) -> None:
    encoder, decoder, truth = MODELS[name]
    found = analyze(design_of(*trees(encoder, decoder)))
    assert (found.declared.verdict.word, found.implied.verdict.word) == truth
