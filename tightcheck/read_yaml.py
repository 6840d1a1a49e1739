"""Design files, two (encoder, decoder) or one with the keys `encoder` and `decoder`, read into a `Design`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tightcheck.design import Design
from tightcheck.reading import models
from tightcheck.reading.apart import with_names_told
from tightcheck.reading.errors import DesignError
from tightcheck.reading.nodes import Tree, read_tree
from tightcheck.reading.resolve import resolve
from tightcheck.reading.validate import At, validated

__all__ = ["DesignError", "design_of", "read_design", "schema"]


def read_design(encoder: str | Path, decoder: str | Path | None = None) -> Design:
    """The design in two files, or in one that holds both parts.

    Raises DesignError, with the place and what to write instead, for every file that is no design.
    """
    first = read_tree(encoder)
    if decoder is None or {"encoder", "decoder"} & first.data.keys():
        if decoder is not None and Path(decoder) != Path(encoder):
            raise At(first).error("this file holds both parts; give it alone, or write the encoder's keys at the top")
        return design_of(first)
    return design_of(first, read_tree(decoder))


def design_of(encoder: Tree, decoder: Tree | None = None) -> Design:
    """The design that the data state: an encoder and a decoder, or one tree with both under these keys.

    Raises DesignError, with the place and what to write instead.
    """
    first = At(encoder)
    if decoder is None:
        _refuse_one_part(first)
        both = validated(models.Both, first, encoder.data)
        return with_names_told(resolve(both.encoder, first / "encoder", both.decoder, first / "decoder"))
    second = At(decoder)
    if _is_decoder(first):
        raise first.error("this is a decoder (`observed`) where the encoder is expected; give the encoder's file first")
    if _is_encoder(second):
        raise second.error(
            "this is an encoder (`latent`) where the decoder is expected; give the decoder's file second"
        )
    parts = validated(models.Encoder, first, first.tree.data), validated(models.Decoder, second, second.tree.data)
    return with_names_told(resolve(parts[0], first, parts[1], second))


def _refuse_one_part(only: At) -> None:
    """Raises DesignError for an encoder or a decoder that stands alone."""
    for is_part, this, other in (
        (_is_encoder, "an encoder (`latent`)", "the decoder's file after it"),
        (_is_decoder, "a decoder (`observed`)", "the encoder's file before it"),
    ):
        if is_part(only):
            raise only.error(f"this is {this} alone; give {other}, or a file with both under `encoder` and `decoder`")


def _is_encoder(at: At) -> bool:
    return "latent" in at.tree.data and "observed" not in at.tree.data


def _is_decoder(at: At) -> bool:
    return "observed" in at.tree.data and "latent" not in at.tree.data


def schema() -> dict[str, Any]:
    """The JSON Schema of a design file: an encoder, a decoder, or both."""
    from pydantic import TypeAdapter

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tightcheck design",
        **TypeAdapter(models.Encoder | models.Decoder | models.Both).json_schema(),
    }
