"""The catalogue of finding codes: one TOML file for each room that produces them."""
