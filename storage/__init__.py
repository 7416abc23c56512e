"""The database and the artifact store: implements pipeline.ports over SQLite or Postgres and fsspec."""
