"""The paper's experiments on real data: `tightcheck reproduce`. Section 4 and Figs. 1 to 4 of arXiv 2102.09310."""
