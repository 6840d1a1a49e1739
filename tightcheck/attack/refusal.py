"""The exception for a design, or a part of one, of which no model is drawn; the message says which part."""


class NotDrawn(Exception):  # noqa: N818 (what is wrong, said in words)
    """Numbers say nothing about this design."""
