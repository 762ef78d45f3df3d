"""Serves the chat page: binds the port, prepares Chainlit's folder and environment, runs until stopped."""

import asyncio
import errno
import logging
import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

from assistant.errors import InputError
from assistant.settings import Settings
from assistant.ui.guard import is_loopback
from assistant.ui.provider import PageAssistant, Provider, install
from assistant.ui.runtime import prepare

logger = logging.getLogger(__name__)

# by these Chainlit would send conversations elsewhere, start bots or move the page
FOREIGN_VARIABLES = (
    "LITERAL_API_KEY",
    "DATABASE_URL",
    "DISCORD_BOT_TOKEN",
    "SLACK_BOT_TOKEN",
    "SLACK_WEBSOCKET_TOKEN",
    "TEAMS_APP_ID",
    "TEAMS_APP_PASSWORD",
    "CHAINLIT_CUSTOM_AUTH",
    "CHAINLIT_ROOT_PATH",
    "CHAINLIT_PARENT_ROOT_PATH",
    "CHAINLIT_URL",
)


def serve(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = True,
    assistant_factory: Callable[[], PageAssistant] | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted; the process then ends with Chainlit's `os._exit(0)`.

    `assistant_factory` replaces the assistant built from the settings. `on_ready` is called with the
    page's address once it answers. Raises InputError when the address cannot be used.
    """
    host = settings.server.host if host is None else host
    port = settings.server.port if port is None else port
    listener = bind(host, port)
    address = _address(host, port)
    origins = sorted({address, _address("localhost", port)})
    if not is_loopback(host):
        logger.warning("The page has no login: everyone who can reach %s, port %d may ask.", host, port)
    _isolate(prepare(settings.data, port, origins))
    install(Provider(assistant_factory or (lambda: _build(settings))))
    asyncio.run(_serve(listener, host, lambda: _announce(address, open_browser, on_ready)))


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises InputError with what to type instead."""
    if not 1 <= port <= 65535:
        raise InputError(f"The page needs a port from 1 to 65535, not {port}; try: roadmap chat --port 8000")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere the option would let two pages share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise InputError(_bind_sentence(host, port, error)) from error
    return listener


def _bind_sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} on {host} is already in use; choose another with: roadmap chat --port {other}"
    return (
        f"The page cannot listen on {host}, port {port} ({error.strerror}); "
        "try: roadmap chat --host 127.0.0.1 --port 8000"
    )


def _address(host: str, port: int) -> str:
    """The address to open; a server on all interfaces is opened through loopback."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name and not name.startswith("[") else f"http://{name}:{port}"


def _isolate(root: Path) -> None:
    """Point Chainlit at its folder and away from `.env` files and services; before its first import."""
    if "chainlit" in sys.modules:
        raise RuntimeError("Chainlit was imported before the page was served; it reads its folder at import.")
    for name in FOREIGN_VARIABLES:
        os.environ.pop(name, None)
    os.environ["CHAINLIT_APP_ROOT"] = str(root)
    os.environ["CHAINLIT_ENV_FILE"] = str(root / "no.env")
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ["TRACELOOP_TELEMETRY"] = "false"
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
    logging.getLogger("chainlit").setLevel(logging.ERROR)


def _build(settings: Settings) -> PageAssistant:
    from assistant.bootstrap import build_assistant

    return build_assistant(settings)


async def _serve(listener: socket.socket, host: str, on_started: Callable[[], None]) -> None:
    import uvicorn
    from chainlit.config import config
    from chainlit.server import app

    import assistant.ui.page  # noqa: F401  (registers the handlers)
    from assistant.ui.guard import Guard

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            on_started()

    name, port = listener.getsockname()[:2]
    config.run.host, config.run.port, config.run.headless = name, port, True
    app.add_middleware(Guard, loopback=is_loopback(host))
    await Server(uvicorn.Config(app, log_level="error", lifespan="on")).serve(sockets=[listener])


def _announce(address: str, open_browser: bool, on_ready: Callable[[str], None] | None) -> None:
    logger.info("The page is served at %s", address)
    if on_ready is not None:
        on_ready(address)
    if open_browser:
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, address)
