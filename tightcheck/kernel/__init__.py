"""The part that says yes: re-checks a certificate without any search. Trusted: this package, `tightcheck.span`, the
families' facts, SymPy's expand, factor and linear solve, and FLINT's balls. It imports nothing from the rules."""

from tightcheck.kernel.check import LEMMAS, check
from tightcheck.kernel.rejected import Rejected

__all__ = ["LEMMAS", "Rejected", "check"]
