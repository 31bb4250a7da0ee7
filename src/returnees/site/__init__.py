"""The website of a package: static pages, charts and data, that need no server and ask no other host for anything."""

from returnees.site.plan import Site, build_site

__all__ = ["Site", "build_site"]
