"""The website of a package: static pages, charts and data, that need no server and ask no other host for anything."""
