# Needs no file from outside this repository. docs/container.md says how to run it, and why it is made this way.
ARG PYTHON_VERSION=3.13

FROM python:${PYTHON_VERSION}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# What changes seldom comes first: these layers are kept while only the code changes.
COPY requirements/build.txt requirements/node.txt requirements/postgresql.txt requirements/
RUN pip install --require-hashes -r requirements/build.txt -r requirements/node.txt
RUN python -m venv --without-pip /opt/vitrine \
    && pip --python /opt/vitrine/bin/python install --require-hashes --only-binary :all: -r requirements/postgresql.txt
COPY pyproject.toml hatch_build.py ./
COPY static/package.json static/package-lock.json static/.npmrc static/
RUN python hatch_build.py npm --version

COPY README.md LICENSE ./
COPY static static
COPY templates templates
COPY examples examples
COPY app app
RUN pip wheel --no-deps --no-index --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/vitrine/bin/python install --no-deps --no-index dist/vitrine-*.whl

FROM python:${PYTHON_VERSION}-slim
# The number stays the same in every version, so that a volume's files keep their owner.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin vitrine \
    && install --directory --owner=vitrine --group=vitrine /data
COPY --from=build /opt/vitrine /opt/vitrine
# pip has compiled everything already, and the root file system may be read-only.
ENV PATH=/opt/vitrine/bin:${PATH} PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 VITRINE_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# No proxy of the environment may stand between the server and its own health.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(f\"http://127.0.0.1:{os.environ.get('VITRINE_PORT', 8000)}/health\", timeout=4)"]
CMD ["vitrine", "serve", "--host", "0.0.0.0"]
