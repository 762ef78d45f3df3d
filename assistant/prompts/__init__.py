"""The prompts of the chat model, one Markdown file each; `assistant.prompting` loads them."""
