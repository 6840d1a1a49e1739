"""The claims and rules with their machine-checked proofs."""
