# The worker in a container: docs/worker.md. Build it from the root of the repository: docker build --tag helpdesk-worker .
# To renew the image below (Dependabot does it, too): docker buildx imagetools inspect python:3.13-slim-trixie
FROM python:3.13.15-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285 AS build
WORKDIR /build
COPY requirements/build.txt requirements/worker.txt requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/helpdesk \
    && /opt/helpdesk/bin/python -m pip install --quiet --require-hashes --requirement requirements/worker.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --quiet --require-hashes --requirement requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY cli cli
COPY supabase supabase
# Nothing installs packages in the image that runs: pip goes.
RUN /opt/build/bin/python -m hatchling build --target wheel --directory dist \
    && /opt/helpdesk/bin/python -m pip install --quiet --no-cache-dir --no-deps dist/*.whl \
    && /opt/helpdesk/bin/python -m compileall -q /opt/helpdesk \
    && /opt/helpdesk/bin/python -m pip uninstall --quiet --yes pip

FROM python:3.13.15-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285
COPY --from=build /opt/helpdesk /opt/helpdesk
ENV PATH=/opt/helpdesk/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HELPDESK_CONFIG_DIR=/tmp/helpdesk \
    HELPDESK_HEARTBEAT=/tmp/heartbeat \
    HELPDESK_LOG_JSON=1
USER 10001:10001
# The worker then begins nothing new, and ends within 25 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["helpdesk", "worker", "--check"]
ENTRYPOINT ["helpdesk", "worker"]
CMD ["--files"]
