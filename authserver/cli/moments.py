"""Moments on the command line: 2027-01-31, 2027-01-31T12:00:00Z, or how long ago: 7d, 12h."""

from datetime import UTC, datetime

import click

from authserver.base.clock import now
from authserver.cli.durations import Duration


class Moment(click.ParamType[int]):
    """A day or a time in UTC, or a duration before now; becomes Unix seconds."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the Unix seconds of a text."""
        if isinstance(value, int):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            return self._ago(str(value), param, ctx)
        return max(0, int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()))

    def _ago(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return now() - Duration().convert(text, param, ctx)
        except click.BadParameter:
            self.fail(f"{text!r} is no moment such as 2027-01-31, 2027-01-31T12:00:00Z or 7d.", param, ctx)
