"""One chart of the token section, drawn by hand: bars that read on light and on dark ground."""

from html import escape
from typing import Any

from benchmarks.section import is_disturbed

_WIDTH = 760
_NAMES = 200
_BAR, _GAP, _HEAD = 18, 8, 30
_TOP = 56
_COLOURS = {"authserver": "ours", "oidc-provider": "peer"}
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .what { font-weight: 600; }
  .note { fill: #59636e; }
  .ours { fill: #2f6fd0; } .peer { fill: #c2691c; } .other { fill: #7d8590; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .note { fill: #9198a1; }
    .ours { fill: #5b97f0; } .peer { fill: #e08a3c; } .other { fill: #8b949e; }
  }
"""


def draw(results: list[dict[str, Any]]) -> str:
    """Return an SVG document: a group of bars for each thing measured, on one scale."""
    most = max(1.0, *(float(row["per_second"]) for row in results))
    parts: list[str] = []
    y = _TOP
    for what in dict.fromkeys(str(row["what"]) for row in results):
        parts.append(f'<text class="what" x="16" y="{y + 14}">{escape(what)}</text>')
        y += _HEAD - _GAP
        for row in (row for row in results if row["what"] == what):
            parts += _bar(row, y, most)
            y += _BAR + _GAP
        y += _GAP
    return _document(parts, y + 8)


def _bar(row: dict[str, Any], y: int, most: float) -> list[str]:
    room = _WIDTH - _NAMES - 150
    length = max(1, round(float(row["per_second"]) / most * room))
    colour = _COLOURS.get(str(row["who"]), "other")
    said = f"{row['per_second']:,.0f}"
    if row["p99_ms"] is not None:
        said += f"  (p99 {row['p99_ms']:.1f} ms)"
    if is_disturbed(row):
        said += ", disturbed"
    base = y + _BAR - 4
    return [
        f'<text x="{_NAMES - 10}" y="{base}" text-anchor="end">{escape(str(row["who"]))}</text>',
        f'<rect class="{colour}" x="{_NAMES}" y="{y}" width="{length}" height="{_BAR}" rx="2"/>',
        f'<text class="note" x="{_NAMES + length + 8}" y="{base}">{said}</text>',
    ]


def _document(parts: list[str], height: int) -> str:
    title = "Requests a second on one core"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" aria-label="{title}">'
    )
    body = "\n".join(f"  {part}" for part in parts)
    return (
        f"{head}\n  <title>{title}</title>\n  <style>{_STYLE}  </style>\n"
        f'  <text class="title" x="16" y="28">{title}</text>\n{body}\n</svg>\n'
    )
