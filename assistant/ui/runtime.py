"""The folder that Chainlit runs in: configuration, words and assets, written anew at each start.

It lies under the data directory, one folder a port, so that neither the package nor the user's working
directory is written to and two pages do not take each other's files.
"""

import json
import re
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assistant.errors import InputError

NAME = "Roadmap assistant"
DESCRIPTION = "Cited answers about becoming an MLOps engineer, from five public roadmaps"
KATEX = '<link rel="stylesheet" href="/public/katex/katex.min.css" />'
_FOREIGN_TAG = re.compile(r"<link\b[^>]*?href=[\"']?(?:https?:)?//[^>]*>", re.IGNORECASE)
_FOREIGN_SCRIPT = re.compile(
    r"<script\b[^>]*?src=[\"']?(?:https?:)?//[^>]*>\s*</script>", re.IGNORECASE | re.DOTALL
)

# Chainlit's English with our words; the page speaks English only, as its sources do
WORDS: dict[str, str] = {
    "chat.input.placeholder": "Ask about the roadmaps…",
    "chat.input.actions.stop": "Stop",
    "chat.messages.status.using": "",
    "chat.messages.status.used": "",
    "chat.watermark": "Every statement is cited: open a number to read the passage.",
    "navigation.newChat.button": "New chat",
    "navigation.newChat.dialog.title": "Start a new chat?",
    "navigation.newChat.dialog.description": "This conversation will be cleared.",
    "navigation.newChat.dialog.tooltip": "New chat",
}


def localise(html: str) -> str:
    """Chainlit's page without anything that another machine serves; its KaTeX styles become ours."""
    local = _FOREIGN_TAG.sub(lambda match: KATEX if "katex" in match[0].lower() else "", html)
    return _FOREIGN_SCRIPT.sub("", local)


def configuration(origins: Sequence[str]) -> str:
    """`config.toml`: no uploads, own origins only, no raw HTML, steps shown, local style and script."""
    own = ", ".join(json.dumps(origin) for origin in origins)
    return f"""\
[project]
allow_origins = [{own}]
user_env = []
session_timeout = 3600
cache = false

[features]
unsafe_allow_html = false
latex = true
user_message_markdown = false
edit_message = false
auto_tag_thread = false
allow_thread_sharing = false
favorites = false

[features.spontaneous_file_upload]
enabled = false

[features.audio]
enabled = false

[features.mcp]
enabled = false

[UI]
name = {json.dumps(NAME)}
description = {json.dumps(DESCRIPTION)}
language = "en-US"
cot = "tool_call"
default_sidebar_state = "hidden"
confirm_new_chat = true
custom_css = "/public/page.css"
custom_js = "/public/page.js"
custom_build = "frontend"
custom_meta_url = "/"
custom_meta_image_url = "/public/logo.svg"
logo_file_url = ""
default_avatar_file_url = ""

[meta]
generated_by = {json.dumps(version("chainlit"))}
"""


def prepare(data: Path, port: int, origins: Sequence[str]) -> Path:
    """Write the folder and return it. Raises InputError when it cannot be written."""
    root = data / "page" / str(port)
    try:
        shutil.rmtree(root, ignore_errors=True)
        (root / ".chainlit" / "translations").mkdir(parents=True)
        (root / ".chainlit" / "config.toml").write_text(configuration(origins), encoding="utf-8")
        (root / "chainlit.md").write_text("", encoding="utf-8")  # an empty one: no "Readme" button
        with as_file(files("assistant.ui") / "public") as public:
            shutil.copytree(public, root / "public")
        _copy_frontend(root)
    except OSError as error:
        raise InputError(
            f"The page's folder {root} cannot be written ({error.strerror}); "
            "name another data directory with: roadmap --data DIR chat"
        ) from error
    return root


def _copy_frontend(root: Path) -> None:
    """Chainlit's built page with local links, and its English words with ours."""
    package = _chainlit_folder()
    built = package / "frontend" / "dist"
    shutil.copytree(built, root / "frontend", ignore=shutil.ignore_patterns("*.map"))
    page = localise((built / "index.html").read_text(encoding="utf-8"))
    (root / "frontend" / "index.html").write_text(page, encoding="utf-8")
    words = json.loads((package / "translations" / "en-US.json").read_text(encoding="utf-8"))
    for path, text in WORDS.items():
        _put(words, path.split("."), text)
    target = root / ".chainlit" / "translations" / "en-US.json"
    target.write_text(json.dumps(words, indent=1, ensure_ascii=False), encoding="utf-8")


def _chainlit_folder() -> Path:
    """Where Chainlit is installed, found without importing it: an import reads the environment."""
    spec = find_spec("chainlit")
    if spec is None or spec.origin is None:
        raise InputError("Chainlit is not installed; install the project anew with: pip install -e .")
    return Path(spec.origin).parent


def _put(tree: dict[str, Any], path: Sequence[str], text: str) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = text
