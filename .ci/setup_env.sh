#!/usr/bin/env bash
# Makes $VENV with $PYTHON from requirements.lock, with uv where it is found, else venv and pip. The system's Python is not touched.
set -euo pipefail
: "${PYTHON:=python3}" "${VENV:=.venv}"
export PIP_DISABLE_PIP_VERSION_CHECK=1

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "workbench needs Python 3.11 or newer; $PYTHON is $("$PYTHON" -V 2>&1). Name another: make <goal> PYTHON=python3.12" >&2
  exit 1
fi

echo "setting up $VENV with $("$PYTHON" -V) from requirements.lock (once; a minute or two)" >&2
if command -v uv >/dev/null 2>&1; then
  uv venv --quiet --allow-existing --python "$("$PYTHON" -c 'import sys; print(sys.executable)')" "$VENV"
  uv pip sync --quiet --python "$VENV/bin/python" --require-hashes requirements.lock
  uv pip install --quiet --python "$VENV/bin/python" --no-deps --no-build-isolation -e .
else
  [ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
  "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || "$VENV/bin/python" -m ensurepip --upgrade >/dev/null
  "$VENV/bin/python" -m pip install --quiet --require-hashes -r requirements.lock
  "$VENV/bin/python" -m pip install --quiet --no-deps --no-build-isolation -e .
fi
touch "$VENV/.ready"
