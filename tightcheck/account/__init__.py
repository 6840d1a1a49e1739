"""The account of a decision: what was found, which condition, the guilty term and its place, what is left; in sentences.

Nothing here decides. Every sentence restates what an accepted certificate proves, or what the design says.
"""
