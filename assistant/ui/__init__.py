"""The chat page: Chainlit handlers, the passage view, page assets. No retrieval, prompt or settings logic."""
