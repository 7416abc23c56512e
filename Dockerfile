# syntax=docker/dockerfile:1
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /app && /app/bin/pip install --require-hashes -r requirements.lock
# What builds the wheel stays behind in this stage.
RUN python -m venv /build && /build/bin/pip install --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY pipeline pipeline
COPY storage storage
COPY modelserver modelserver
COPY sandbox sandbox
RUN /build/bin/hatchling build -t wheel -d /dist && /app/bin/pip install --no-deps /dist/*.whl

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 understudy \
    && useradd --uid 10001 --gid understudy --home-dir /data --shell /usr/sbin/nologin understudy \
    && install --directory --owner understudy --group understudy /data
COPY --from=build /app /app
WORKDIR /srv/understudy
COPY providers.toml manifest.yml ./
ENV PATH=/app/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    UNDERSTUDY_STORAGE__DATABASE_URL=sqlite+aiosqlite:////data/understudy.sqlite3 \
    UNDERSTUDY_STORAGE__ARTIFACTS_URL=/data/artifacts \
    UNDERSTUDY_STORAGE__LOCKS_DIR=/data/locks \
    UNDERSTUDY_MODELS__RANK_CACHE=/data/tiktoken \
    UNDERSTUDY_SERVER__HOST=0.0.0.0
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["understudy", "serve"]
