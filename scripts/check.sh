#!/usr/bin/env bash
# What is checked besides the tests: format, lint and the arrows between rooms, types, unused code, and the package.
set -euo pipefail
. "$(dirname "$0")/setup.sh"
step() {
  echo "== $*"
  npx --no-install "$@"
}
step oxfmt --check
step oxlint --deny-warnings
step tsc -p .
node scripts/build.js
step knip
step publint
