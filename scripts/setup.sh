# Installs what package-lock.json names, unless it is there already. Sourced by the other scripts.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "installing…" >&2
  # Not npm ci: it wants the lock to name the native builds for every platform, also those that a registry did not have when it
  # was made. The versions are the lock's all the same, and --no-save leaves it as it is.
  npm install --no-save --no-audit --no-fund --loglevel=error >&2
fi
