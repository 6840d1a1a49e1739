"""`python -m tightcheck` is `tightcheck`."""

from tightcheck.cli import main

main(prog_name="tightcheck")
