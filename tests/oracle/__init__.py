"""An independent judge of consistency, for tests only: one concrete model at a time, by exact or ball arithmetic.

Nothing here imports the decision procedure, the kernel or the registry: the families are stated a second time, so that
a wrong fact has to be made twice to go unnoticed.
"""
