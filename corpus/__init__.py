"""Data only: the shipped roadmaps. A package, so that an installed copy finds its files."""
