"""What is analysed but not trained here, in a sentence."""

from __future__ import annotations

from tightcheck.reading.errors import DesignError


class Untrainable(DesignError):  # noqa: N818 (what is wrong, said in words)
    """The design holds something that has no network, no draws or no normaliser here: the message says what."""
