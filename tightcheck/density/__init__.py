"""Which joints exist: for which W the joint (7) is a density with proper conditionals (C4 under the implied prior)."""

from __future__ import annotations

from tightcheck.density.answer import Divergence, Entry, JointDensity, What
from tightcheck.density.decide import form_density, joint_density

__all__ = ["Divergence", "Entry", "JointDensity", "What", "form_density", "joint_density"]
