"""Question and hits in, checked and cited answer out, streamed."""
