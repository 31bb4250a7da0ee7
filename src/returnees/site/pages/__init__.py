"""The pages of a site, one module a kind: what each says, before it is written in HTML."""
