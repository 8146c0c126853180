# The server as an image: a virtual environment, nothing else, run by a user without rights.
#
#   docker build -t authserver .
#   docker run --rm --env-file production.env -v authserver:/data authserver migrate
#   docker run --env-file production.env -v authserver:/data -p 127.0.0.1:8000:8000 authserver
#
# docs/operating.md says what stands in production.env, and what changes with PostgreSQL.

FROM python:3.12-slim AS builder

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

WORKDIR /src

# What the server needs goes to /opt/authserver, what only its wheel needs to /build; both pinned by hash.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv /build \
    && /build/bin/pip install --require-hashes --only-binary :all: -r requirements/build.txt \
    && python -m venv --without-pip /opt/authserver \
    && /build/bin/pip --python /opt/authserver/bin/python install \
        --require-hashes --only-binary :all: -r requirements/runtime.txt

COPY pyproject.toml README.md LICENSE* ./
COPY authserver/ authserver/
COPY migrations/ migrations/
COPY templates/ templates/
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
    && /build/bin/pip --python /opt/authserver/bin/python install --no-deps --no-index /dist/*.whl


FROM python:3.12-slim

RUN groupadd --gid 10001 authserver \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin authserver \
    && install -d -o 10001 -g 10001 -m 0700 /data

# Owned by root: the server can't change its own code.
COPY --from=builder /opt/authserver /opt/authserver

ENV PATH=/opt/authserver/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    AUTHSERVER_MODE=production \
    AUTHSERVER_DATA_DIR=/data

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000

# Asks past any proxy that variables may name. With --tls-certificate or another --port, give a check of your own.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["python", "-c", "\
from urllib.request import ProxyHandler, build_opener; \
build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/ready', timeout=2)"]

ENTRYPOINT ["authserver"]
CMD ["serve", "--host", "0.0.0.0"]
