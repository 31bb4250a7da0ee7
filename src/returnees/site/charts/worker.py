"""A process that draws: a JSON array of specifications on standard input, one of SVG texts on standard output."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Draw every specification of standard input."""
    import vl_convert  # noqa: F401 (its engine starts while the specifications are still being made)

    from returnees.site.charts.drawing import draw

    draw({"width": 10, "height": 10, "layer": []})
    specifications = json.loads(sys.stdin.buffer.read())
    json.dump([draw(item) for item in specifications], sys.stdout)


if __name__ == "__main__":
    main()
