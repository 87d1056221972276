# The container that Heroku runs: `make image`, or a plain `docker build .`.
#
# The base is a tag, so that every build has the newest security updates of it. To pin it:
#   docker build --build-arg PYTHON_IMAGE=docker.io/library/python:3.14-slim@sha256:... .
ARG PYTHON_IMAGE=docker.io/library/python:3.14-slim


# Everything is made in this stage; of it, only /venv and /pycache get into the image.
FROM ${PYTHON_IMAGE} AS build

# A second environment lends its pip and setuptools, so that the one that is kept never has any.
RUN python3 -m venv /pip \
 && python3 -m venv --without-pip /venv
COPY requirements-build.txt requirements-serve.txt /
RUN /pip/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /requirements-build.txt \
 && /pip/bin/pip --python /venv/bin/python install --no-cache-dir --no-compile \
      --require-hashes --only-binary :all: -r /requirements-serve.txt

# Two steps, because a wheel that was just built has no hash to require. Without times in it, two
# builds install the same bytes.
COPY . /source
RUN SOURCE_DATE_EPOCH=315532800 /pip/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel /source \
 && /pip/bin/pip --python /venv/bin/python install --no-cache-dir --no-compile --no-deps --no-index /wheel/*.whl

# trim.py also takes out the rooms that do not serve: whoever installs the wheel has them all, and
# a list of packages to build for the image alone would be a second one to keep.
# Readable by any user, whatever the umask of the checkout was.
RUN python3 /source/image/trim.py /venv \
 && chmod -R u=rwX,go=rX /venv

# Byte code lies in a tree of its own, because it includes that of the standard library: the
# official image has none, and a container that cannot write would compile it at every start.
RUN ORT_DISABLE_TELEMETRY=1 PYTHONHASHSEED=0 PYTHONPYCACHEPREFIX=/pycache \
      /venv/bin/python -B /source/image/compile.py


FROM ${PYTHON_IMAGE}

COPY --from=build /venv /venv
COPY --from=build /pycache /pycache

ENV PATH=/venv/bin:$PATH \
    ORT_DISABLE_TELEMETRY=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPYCACHEPREFIX=/pycache

# A number, not a name: nothing needs an entry in /etc/passwd, and Heroku takes another one anyway.
USER 10001:10001
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
LABEL org.opencontainers.image.title="addsup" \
      org.opencontainers.image.description="Classifies text with one ONNX file: a form, and JSON at /predict." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.version="${VERSION}"
