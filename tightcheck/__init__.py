"""Decides whether the ELBO of a variational autoencoder design can be tight."""
