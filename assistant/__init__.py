"""The reading side of the roadmap assistant: question in, cited answer or plan out."""
