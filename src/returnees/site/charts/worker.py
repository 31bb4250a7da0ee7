"""A process that draws: a JSON array of specifications on standard input, one of SVG texts on standard output."""

from __future__ import annotations

import json
import sys

from returnees.site.charts.drawing import draw


def main() -> None:
    """Draw every specification of standard input."""
    # The engine starts, and draws nothing, while the specifications are still being made.
    draw({"width": 10, "height": 10, "layer": []})
    specifications = json.loads(sys.stdin.buffer.read())
    json.dump([draw(item) for item in specifications], sys.stdout)


if __name__ == "__main__":
    main()
