"""How the kernel says no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Rejected(Exception):  # noqa: N818 - the kernel's answer, not a fault
    """The certificate does not prove its verdict; the message says which condition of which step failed."""


def require(condition: bool, sentence: str | Callable[[], str]) -> None:
    """Raise Rejected with this sentence unless the condition holds; one that shows a formula is written when needed."""
    if not condition:
        raise Rejected(sentence if isinstance(sentence, str) else sentence())


@contextmanager
def malformed_is_rejected() -> Iterator[None]:
    """A certificate whose parts are missing, of another type or nested too deeply proves nothing: Rejected is raised."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError, ArithmeticError) as error:
        raise Rejected(
            f"the certificate is not of the form that is read here ({type(error).__name__}: {error})"
        ) from None
    except RecursionError:
        raise Rejected("the certificate is nested too deeply") from None
