lock: .venv/bin/uv ## renew the two lock files from pyproject.toml
	.venv/bin/uv pip compile -q pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --extra postgres -o requirements.lock
	.venv/bin/uv pip compile -q pyproject.toml --universal --group dev --extra postgres --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock
