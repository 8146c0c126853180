"""Tables for people."""

from typing import Any, cast

from benchmarks.section import BUSY, Document, Expectation, Section, is_disturbed

_HEAD = ("what", "who", "per second", "p50 ms", "p99 ms", "errors", "busy", "MiB")


def rows(document: Document) -> list[dict[str, Any]]:
    """Return the results of a section, each with the resident memory of who gave it."""
    memory = cast("dict[str, float | None]", document.get("resident_mib", {}))
    found = cast("list[dict[str, Any]]", document["results"])
    return sorted(({**row, "mib": memory.get(row["who"])} for row in found), key=lambda row: str(row["what"]))


def token_table(found: list[dict[str, Any]]) -> list[str]:
    """Return one line for each thing measured, aligned."""
    cells = [_HEAD, *(_cells(row) for row in found)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD))]
    return [_aligned(line, widths) for line in cells]


def disturbed(found: list[Document]) -> list[str]:
    """Return a line for each figure whose server had less of its core than makes the figure trustworthy."""
    return [f"disturbed: {row['what']}, {row['who']}: {_cause(row)}" for row in found if is_disturbed(row)]


def _cause(row: Document) -> str:
    busy, idle = row["busy"], row["idle"]
    text = f"the server used {busy:.0%} of its core"
    if not isinstance(idle, float):
        return text
    # An idle core is no neighbour's doing: look at the generator first, then at the server.
    return f"{text}, which was idle for {idle:.0%}: " + (
        "the generator was too slow, or the server waited" if idle > 1 - BUSY else "others had the rest"
    )


def printed(section: Section) -> str:
    """Return a section as text: its lines, then what was expected."""
    head = [section.title, "=" * len(section.title)]
    return "\n".join([*head, *section.lines, *_expected(section.expectations), ""])


def _expected(expectations: list[Expectation]) -> list[str]:
    if not expectations:
        return []
    width = max(len(expectation.text) for expectation in expectations)
    lines = [
        f"{expectation.text:<{width}}  {expectation.measured:>12}  {expectation.verdict}"
        for expectation in expectations
    ]
    return ["", *lines]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["what"],
        row["who"],
        f"{row['per_second']:,.0f}",
        _number(row["p50_ms"], 2),
        _number(row["p99_ms"], 2),
        f"{row['errors']}",
        "-" if row["busy"] is None else f"{row['busy']:.0%}",
        _number(row["mib"], 1),
    )


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    names = [cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True)]
    figures = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
    return "  ".join([*names, *figures])
