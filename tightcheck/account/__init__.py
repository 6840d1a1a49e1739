"""The account of a decision in sentences: what was found, which condition, the guilty term and its place, what is left.

Nothing here decides. Every sentence restates what an accepted certificate proves, or what the design says.
"""
