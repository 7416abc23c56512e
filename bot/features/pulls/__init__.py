"""The posts of a site, fetched by its address."""
