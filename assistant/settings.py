"""Every setting of the product, read from `ROADMAP_*` variables or `.env`; nested ones join with `__`.

`ROADMAP_DATA=/srv/roadmap ROADMAP_CHAT__MODEL=openai:gpt-4o-mini roadmap chat`
"""

from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from assistant.errors import InputError


class _Nested(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EmbeddingSettings(_Nested):
    """Which model turns text into vectors; a change needs `roadmap ingest --rebuild`."""

    model: str = Field("bundled", description="'bundled', or a sentence-transformers name or directory")
    precision: Literal["auto", "float32", "bf16"] = Field(
        "auto", description="'auto' takes bf16 where the CPU computes it natively"
    )
    batch_size: int = Field(64, ge=1, le=4096, description="texts per forward pass")


class SplitterSettings(_Nested):
    """How documents are cut; a change is noticed by the next ingest."""

    max_chars: int = Field(1600, ge=200, le=20_000, description="a chunk is closed before it grows past this")


class IngestSettings(_Nested):
    """Limits that keep a hostile or accidental file from stopping a run."""

    max_file_mb: float = Field(50.0, gt=0, description="larger files are skipped and counted")
    max_files: int = Field(20_000, ge=1, description="files read from one folder")
    max_chars: int = Field(5_000_000, ge=1000, description="longer texts are skipped and counted")


class RetrievalSettings(_Nested):
    """How the two arms are fused; see `assistant.retrieval.fuse`."""

    k: int = Field(8, ge=1, le=1000, description="hits given to the answerer")
    pool: int = Field(1000, ge=10, le=100_000, description="candidates an arm contributes before fusion")
    dense_weight: float = Field(0.7, ge=0, le=1, description="weight of the dense arm's standardised score")


class AnswerSettings(_Nested):
    """Limits of an answer and the bar a sentence must pass."""

    max_chars: int = Field(1500, ge=200, le=10_000, description="an answer never grows past this")
    support_threshold: float = Field(0.5, ge=0, le=1, description="a sentence scoring below is not shown")


class ChatSettings(_Nested):
    """An optional chat model; without one answers are extractive."""

    model: str | None = Field(None, description="'provider:model' as langchain's init_chat_model takes it")
    base_url: str | None = Field(
        None, description="an OpenAI-compatible server, such as http://localhost:8000/v1"
    )
    api_key: SecretStr | None = Field(
        None,
        description="else the provider's own variable, such as OPENAI_API_KEY; with a base URL, a dummy key",
    )
    timeout_s: float = Field(
        30.0, gt=0, description="longest silence before the extractive answer takes over"
    )
    temperature: float = Field(0.0, ge=0, le=2)

    @property
    def shown_base_url(self) -> str | None:
        """The base URL without a name, password or query, for status and reports."""
        if self.base_url is None:
            return None
        parts = urlsplit(self.base_url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class ServerSettings(_Nested):
    """Where the chat page is served."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)


class Settings(BaseSettings):
    """All settings in force; build it with `load_settings` to get a plain sentence for a bad value."""

    model_config = SettingsConfigDict(
        env_prefix="ROADMAP_", env_nested_delimiter="__", env_file=".env", extra="ignore", frozen=True
    )

    data: Path = Field(default_factory=lambda: user_data_path("roadmap-assistant", appauthor=False))
    embedding: EmbeddingSettings = EmbeddingSettings()
    splitter: SplitterSettings = SplitterSettings()
    ingest: IngestSettings = IngestSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    chat: ChatSettings = ChatSettings()
    server: ServerSettings = ServerSettings()


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, `.env` and `overrides` (None means not given).

    Raises InputError with one sentence that names the variable.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "ROADMAP_" + "__".join(str(part).upper() for part in first["loc"])
        # the value of a misspelt name may be a key that was meant for another setting
        got = "" if first["type"] == "extra_forbidden" else f", got {first.get('input')!r}"
        raise InputError(
            f"The setting {name} cannot be used ({first['msg']}{got}); "
            "correct or unset it and run the command again."
        ) from error
    except SettingsError as error:
        name = "ROADMAP_" + str(error).partition('"')[2].partition('"')[0].upper()
        raise InputError(
            f"The setting {name} cannot be used (its value is not JSON; its parts have variables of their "
            f"own, {name}__…); correct or unset it and run the command again."
        ) from error
