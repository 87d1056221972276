# The container that Heroku runs: `make image`, or a plain `docker build .`.
#
# The base is a tag, so that every build has the newest security updates of it. To pin it:
#   docker build --build-arg PYTHON_IMAGE=docker.io/library/python:3.14-slim@sha256:... .
ARG PYTHON_IMAGE=docker.io/library/python:3.14-slim


# Everything is made in this stage; of it, only /venv, /app and /pycache get into the image.
FROM ${PYTHON_IMAGE} AS build

# A second environment lends its pip, so that the one that is kept never has any.
RUN python3 -m venv /pip \
 && python3 -m venv --without-pip /venv
COPY requirements-serve.txt /
RUN /pip/bin/pip --python /venv/bin/python install --no-cache-dir --no-compile \
      --require-hashes --only-binary :all: -r /requirements-serve.txt
COPY image/trim.py /
RUN python3 /trim.py /venv

COPY LICENSE NOTICE /app/
COPY server /app/server
COPY models /app/models
# Readable by any user, whatever the umask of the checkout was.
RUN chmod -R u=rwX,go=rX /app /venv

# Byte code lies in a tree of its own, because it includes that of the standard library: the
# official image has none, and a container that cannot write would compile it at every start.
COPY image/compile.py /
WORKDIR /app
RUN ORT_DISABLE_TELEMETRY=1 PYTHONHASHSEED=0 PYTHONPATH=/app PYTHONPYCACHEPREFIX=/pycache \
      /venv/bin/python -B /compile.py


FROM ${PYTHON_IMAGE}

COPY --from=build /venv /venv
COPY --from=build /pycache /pycache
COPY --from=build /app /app

ENV PATH=/venv/bin:$PATH \
    ORT_DISABLE_TELEMETRY=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPYCACHEPREFIX=/pycache

# A number, not a name: nothing needs an entry in /etc/passwd, and Heroku takes another one anyway.
USER 10001:10001
WORKDIR /app
EXPOSE 8000
HEALTHCHECK --start-period=10s --interval=30s --timeout=5s \
  CMD ["/venv/bin/python", "-m", "addsup.server.healthcheck"]

# Exec form, so that Gunicorn is process 1 and gets SIGTERM. It reads PORT itself.
CMD ["/venv/bin/python", "-m", "addsup", "serve"]

# Last, because they differ in every commit, and what follows a difference is built anew.
ARG PYTHON_IMAGE
ARG REVISION=unknown
ARG SOURCE=unknown
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Sentiment server" \
      org.opencontainers.image.description="Says whether a review is positive or negative: a form, and JSON at /predict." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.version="${VERSION}"
