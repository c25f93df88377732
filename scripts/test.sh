#!/usr/bin/env bash
# All tests. Installs and builds first, so that it is the only command that a fresh clone needs. Arguments go to vitest.
set -euo pipefail
. "$(dirname "$0")/setup.sh"
exec npx --no-install vitest run "$@"
