#!/bin/sh
# Make the virtual environment of `make book` and `make test`: install.sh FOLDER PYTHON [what pip says for torch].
# Where something is missing, one sentence says what; an interrupted run is finished by the next.
set -u
venv=$1 python=$2 torch=${3:---requirement torch.txt}
stop() { printf '\n%s\n' "$1" >&2; exit 1; }
network="see the lines above. Is there a network? Then run again."

command -v "$python" > /dev/null ||
  stop "There is no $python. Install Python 3.10 or newer, or name one: make PYTHON=python3.12 …"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
  stop "The course needs Python 3.10 or newer; this is $("$python" --version 2>&1). Name another one: make PYTHON=python3.12 …"
"$venv/bin/python" -m pip --version > /dev/null 2>&1 || "$python" -m venv --clear "$venv" ||
  stop "Could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv."
echo "Installing the versions of uv.lock and torch.txt (the first time takes minutes) …"
pip() { "$venv/bin/python" -m pip install --quiet --no-compile "$@"; }  # Python compiles what is imported
pip --constraint constraints.txt uv || stop "Could not install uv: $network"
# --inexact: torch is not in the lock, and must not be removed. Nothing in the lock is built, all has a hash.
UV_PROJECT_ENVIRONMENT=$venv "$venv/bin/uv" sync --quiet --frozen --inexact --all-extras --group torch-needs \
  --no-install-project --no-build || stop "Could not install the course's packages: $network"
pip --no-build-isolation $torch --editable . || stop "Could not install torch: $network"
PATH=$venv/bin:$PATH npm ci --loglevel=error --no-update-notifier --prefix tools/web > /dev/null ||
  stop "Could not fetch the formulas' fonts (npm): $network"
