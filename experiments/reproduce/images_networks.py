"""The networks of section 4.2: a DCGAN (Radford et al. 2016), an encoder like its discriminator, a feature network."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def generator(codes: int, width: int) -> nn.Sequential:
    """d(z): codes (N, codes) to colours (N, 3, 64, 64) in [-1, 1]."""
    layers: list[nn.Module] = [nn.Unflatten(1, (codes, 1, 1)), nn.ConvTranspose2d(codes, 8 * width, 4, bias=False)]
    for factor in (8, 4, 2):
        layers += [nn.BatchNorm2d(factor * width), nn.ReLU()]
        layers += [nn.ConvTranspose2d(factor * width, factor // 2 * width, 4, 2, 1, bias=False)]
    layers += [nn.BatchNorm2d(width), nn.ReLU(), nn.ConvTranspose2d(width, 3, 4, 2, 1), nn.Tanh()]
    return _initialised(nn.Sequential(*layers))


def convolutions(outputs: int, width: int) -> nn.Sequential:
    """The discriminator's architecture with so many outputs: (N, 3, 64, 64) to (N, outputs)."""
    layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for factor in (1, 2, 4):
        layers += [nn.Conv2d(factor * width, 2 * factor * width, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(2 * factor * width), nn.LeakyReLU(0.2)]
    layers += [nn.Conv2d(8 * width, outputs, 4), nn.Flatten()]
    return _initialised(nn.Sequential(*layers))


def _initialised(network: nn.Sequential) -> nn.Sequential:
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, 0, 0.02)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.02)
    return network


class Encoder(nn.Module):
    """q(z|x) = N(mu_e(x), diag sigma_e(x)^2)."""

    def __init__(self, codes: int, width: int) -> None:
        super().__init__()
        self.network = convolutions(2 * codes, width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log standard deviation, each (N, codes)."""
        mean, log_deviation = self.network(x).chunk(2, dim=1)
        return torch.as_tensor(mean), torch.as_tensor(log_deviation).clamp(-8, 4)


class Decoder(nn.Module):
    """p(x|z) = N(d(z), sigma_d^2 I), in evaluation mode of its batch normalisation: images do not depend on each other."""

    def __init__(self, network: nn.Sequential, deviation: float) -> None:
        super().__init__()
        self.network = network.eval()
        self.log_deviation = nn.Parameter(torch.tensor(math.log(deviation)))

    def train(self, mode: bool = True) -> Decoder:
        """Batch statistics stay those of the GAN's training, whatever the mode."""
        super().train(mode)
        self.network.eval()
        return self

    def forward(self, z: Tensor) -> Tensor:
        """The mean image."""
        return torch.as_tensor(self.network(z))


class Features(nn.Module):
    """Features for the Frechet distance: the penultimate layer of a network trained to tell four rotations of the faces."""

    def __init__(self, width: int, size: int = 64) -> None:
        super().__init__()
        self.num_features = size
        self.body, self.head = convolutions(size, width), nn.Linear(size, 4)

    def forward(self, x: Tensor) -> Tensor:
        """Colours (N, 3, 64, 64) in [-1, 1] to (N, size)."""
        return torch.as_tensor(self.body(x))

    def rotation(self, x: Tensor) -> Tensor:
        """Logits of the four rotations."""
        return torch.as_tensor(self.head(torch.relu(self.body(x))))


def log_normal_density(x: Tensor, mean: Tensor, log_deviation: Tensor) -> Tensor:
    """log N(x; mean, exp(2 log_deviation)) summed over all but the first dimension, in nats."""
    scaled = (x - mean) * torch.exp(-log_deviation)
    terms = -0.5 * scaled.square() - log_deviation - 0.5 * math.log(2 * math.pi)
    return terms.flatten(1).sum(1)


def bound(encoder: Encoder, decoder: Decoder, x: Tensor, noise: Tensor) -> Tensor:
    """The ELBO of each image in nats: one reparametrised draw for the likelihood, the divergence from N(0, I) in closed form."""
    mean, log_deviation = encoder(x)
    z = mean + torch.exp(log_deviation) * noise
    likelihood = log_normal_density(x, decoder(z), decoder.log_deviation)
    divergence = 0.5 * (mean.square() + torch.exp(2 * log_deviation) - 1) - log_deviation
    return torch.as_tensor(likelihood - divergence.sum(1))
