"""Charts as Vega-Lite specifications: intervals as bars and arrows, never as points; drawn to static SVG."""
