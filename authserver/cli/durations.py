"""Durations on the command line: 90d, 12h, 30m, 45s."""

import re

import click

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST = 3650 * 86_400


class Duration(click.ParamType[int]):
    """A number with a unit; becomes seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the seconds of a text such as 90d."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"([0-9]{1,9})([smhd])", str(value))
        if match is None:
            self.fail(f"{value!r} is not a duration such as 90d, 12h, 30m or 45s.", param, ctx)
        seconds = int(match[1]) * _UNITS[match[2]]
        if not 0 < seconds <= _LONGEST:
            self.fail("A duration is longer than nothing and at most ten years.", param, ctx)
        return seconds
