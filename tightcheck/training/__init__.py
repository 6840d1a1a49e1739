"""Training: a design's networks in PyTorch, gradients through discrete latents, ensembles as one batched program."""
