"""Certificates for the proof assistant: a file that states the verdict of one design and proves it from `proofs/`.

Nothing here is trusted to prove anything: Coq accepts the file or it does not. What a reader checks is that the record
`this_design` at its top is the design; `design.v` and `samples.v` define the words it is written in.
"""

from tightcheck.coq.file import write
from tightcheck.coq.unwritten import Unwritten

__all__ = ["Unwritten", "write"]
