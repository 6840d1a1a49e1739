"""Numbers that try to refute: exact gaps, densities and families in PyTorch (float64 by default, any device).

Numbers measure and refute; no verdict is ever read off them. Everything here needs `pip install 'tightcheck[train]'`.
"""
