"""Logs: one JSON object a line in production, readable lines in development.

Never a secret, never a broken line.
"""

import logging
import logging.config
import unicodedata
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from authserver.config import Settings
from authserver.web.log_queue import DroppingHandler

LONGEST_FIELD = 500
"""Characters of one logged value; more says nothing."""


def configure(settings: Settings, *, queued: bool = False) -> None:
    """Send structlog and the standard library's loggers through the same pipe, to standard error.

    `queued` is for servers: a line is handed to a thread of its own, so that no request waits for the log.
    """
    logging.config.dictConfig(standard_config(settings))
    # What a library warns of becomes a line like every other, once, instead of text between the lines.
    logging.captureWarnings(capture=True)
    if queued:
        logging.getLogger().handlers = [DroppingHandler(formatter(settings.mode))]
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def standard_config(settings: Settings) -> dict[str, Any]:
    """Return the `logging.config` dictionary, for this process and for the workers of the web server."""
    level = settings.log_level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "mode": settings.mode}},
        "filters": {"unexpected": {"()": lambda: _is_unexpected}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "_granian": {
                "handlers": ["stderr"],
                "level": "WARNING",
                "propagate": False,
                "filters": ["unexpected"],
            }
        },
    }


def _is_unexpected(record: logging.LogRecord) -> bool:
    """Return whether an operator should read a warning of the web server.

    It finds many threads for few cores strange; decision 13 says why they are wanted.
    """
    return not record.getMessage().startswith("Configuration allows spawning up to")


def formatter(mode: str) -> logging.Formatter:
    """Return the formatter of a mode: JSON in production, columns in development."""
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if mode == "production"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if mode == "production":
        last.append(structlog.processors.format_exc_info)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(), processors=[*last, tame, renderer]
    )


def tame(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Return an event whose values can't break a line, turn it around or colour a terminal (ASVS 16.4.1)."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = _printable(value[:LONGEST_FIELD])
    return event


def _printable(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    # Categories C*: control, format (bidirectional overrides), surrogate, private use, unassigned.
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character)[0] in "CZ" and character != " "
        else character
        for character in text
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.UnicodeDecoder(),
    ]
