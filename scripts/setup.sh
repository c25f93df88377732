# Installs what package-lock.json names, unless it is there already. Sourced by the other scripts.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "installing…" >&2
  npm ci --no-audit --no-fund --loglevel=error >&2
fi
