"""How an analysis is shown: plain text, JSON, one HTML page, a LaTeX fragment. Nothing here decides anything."""
