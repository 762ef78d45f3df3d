"""The chat model that the settings name, built through LangChain's `init_chat_model`."""

import os
from typing import Any

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from assistant.errors import ModelUnavailable
from assistant.settings import ChatSettings

EXTRAS = ("openai", "ollama", "anthropic")  # providers whose package an extra of ours installs
# the variable that a provider's package reads its key from
KEY_VARIABLES = {
    "anthropic": "ANTHROPIC_API_KEY",
    "cohere": "COHERE_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "fireworks": "FIREWORKS_API_KEY",
    "groq": "GROQ_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
    "openai": "OPENAI_API_KEY",
    "together": "TOGETHER_API_KEY",
    "xai": "XAI_API_KEY",
}
MAX_RETRIES = 1  # the extractive answer is a better second try than a third request
NO_KEY = SecretStr("no-key-needed")  # the clients insist on one where a local server does not


def build_chat_model(settings: ChatSettings) -> BaseChatModel:
    """A chat model that has not asked its provider for anything yet.

    With a base URL, a name without `openai:`, `ollama:` or `anthropic:` before it is a model of an
    OpenAI-compatible server. Raises ModelUnavailable with what to type when the name, the package or the
    key is missing.
    """
    provider, name = _parts(settings)
    options = _options(provider, settings, _key(provider, settings))
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(name, model_provider=provider, **options)
    except ImportError as error:
        raise ModelUnavailable(_missing_package(provider)) from error
    except (ValueError, TypeError) as error:
        # without its message and cause: validation errors quote their input, which may be a key
        raise ModelUnavailable(
            f"The chat model {settings.model} cannot be set up ({type(error).__name__}); set "
            "ROADMAP_CHAT__MODEL to a provider:model that langchain knows, such as openai:gpt-4o-mini."
        ) from None
    return model


def _parts(settings: ChatSettings) -> tuple[str, str]:
    """(provider, model) of the setting."""
    given = (settings.model or "").strip()
    provider, colon, name = given.partition(":")
    if settings.base_url and given and provider not in EXTRAS:
        return "openai", given
    if colon and name and provider.replace("-", "_").isidentifier():
        return provider.replace("-", "_"), name
    if settings.base_url and given and not colon:
        return "openai", given
    raise ModelUnavailable(
        f"ROADMAP_CHAT__MODEL={given} names no provider; write it as provider:model, such as "
        "openai:gpt-4o-mini or ollama:llama3.2, or set ROADMAP_CHAT__BASE_URL as well."
    )


def _key(provider: str, settings: ChatSettings) -> SecretStr | None:
    """The key to hand over; None where the provider's package finds its own or needs none."""
    if settings.api_key and settings.api_key.get_secret_value():
        return settings.api_key
    variable = KEY_VARIABLES.get(provider)
    if variable is None:
        return None
    if settings.base_url:
        return NO_KEY  # a key meant for the provider's own service is not sent to another server
    if os.environ.get(variable):
        return None
    raise ModelUnavailable(
        f"The chat model {settings.model} needs a key; set ROADMAP_CHAT__API_KEY or {variable}, "
        "or unset ROADMAP_CHAT__MODEL to go without a chat model."
    )


def _options(provider: str, settings: ChatSettings, key: SecretStr | None) -> dict[str, Any]:
    """Arguments of the provider's class; Ollama's takes the time limit for its HTTP client."""
    options: dict[str, Any] = {"temperature": settings.temperature}
    if settings.base_url:
        options["base_url"] = settings.base_url
    if key is not None:
        options["api_key"] = key
    if provider == "ollama":
        return options | {"client_kwargs": {"timeout": settings.timeout_s}}
    return options | {"timeout": settings.timeout_s, "max_retries": MAX_RETRIES}


def _missing_package(provider: str) -> str:
    dashed = provider.replace("_", "-")
    package = f"roadmap-assistant[{provider}]" if provider in EXTRAS else f"langchain-{dashed}"
    return f'Chat models of {dashed} need a package that is missing; install it: pip install "{package}"'
