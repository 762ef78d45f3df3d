"""Answers from the study notes: what the roadmaps only name, explained."""
