#!/usr/bin/env bash
# Every fault campaign in full, against the built executable; a quarter of an hour or so. Arguments: see --help.
set -euo pipefail
. "$(dirname "$0")/setup.sh"
command -v strace >/dev/null || { echo "npm run faults needs strace (Debian: apt-get install strace)" >&2; exit 69; }
node scripts/build.js
# Two folders deep, as the test support that it bundles: that finds the root from where it lies.
main=node_modules/.faults/main.mjs
npx --no-install esbuild test/crash/campaigns/main.ts --bundle --platform=node --format=esm --packages=external --log-level=warning --outfile="$main"
exec node "$main" "$@"
