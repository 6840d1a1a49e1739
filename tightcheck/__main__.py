"""`python -m tightcheck` is `tightcheck`."""

from tightcheck.cli import start

start()
