#!/usr/bin/env bash
# Checks this repository before a release, and records every check: what was run, what came of it, and what was decided.
set -euo pipefail
cd "$(dirname "$0")/.."

# The run ends with this script ($$), however it ends: by itself, by an error, or by kill -9.
RUNLOG_RUN=$(runlog start --name check-release --intent release_check --trigger manual --owner-pid $$)
export RUNLOG_RUN
trap 'runlog finalize --exit-code $?' EXIT
# Without these, bash hands the EXIT trap the status of the last command, and a script that was killed would look well.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

resources=$(runlog step start resources --task "what a release needs")
runlog append CHECK_DISK "Is there room to build?" --explanation "a build and its package need some megabytes" -- df -h .
runlog append CHECK_GIT "Which commit is it, and is the tree clean?" -- git status --short --branch ||
  echo "no git repository here: going on without"
runlog append VERIFY_NODE "Is Node new enough?" --explanation "20.19 is the oldest that is supported" -- \
  node -e 'const [major, minor] = process.versions.node.split("."); console.log(process.version); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)'
runlog step end "$resources" --status SUCCESS --summary "disk, git and Node are fine"

package=$(runlog step start package --task "what would be released")
version=$(node -p 'require("./package.json").version')
runlog append VERIFY_CHANGELOG "Does the changelog speak of $version?" -- grep -n "$version" CHANGELOG.md
tests=$(grep -rhoE '^ *(it|test)(\.[a-zA-Z]+)?\(' src test --include='*.test.ts' | wc -l)
runlog metric tests "$tests" --min 100
kibibytes=$(npm pack --dry-run --ignore-scripts --json 2>/dev/null | node -p 'Math.ceil(JSON.parse(require("fs").readFileSync(0, "utf8"))[0].size / 1024)')
runlog metric package_size "$kibibytes" --unit KiB --max 1024
runlog append CALCULATE_DISK "Size of the package" --input "npm pack --dry-run" --result "$kibibytes KiB packed"
runlog step end "$package" --status SUCCESS --summary "version $version, $kibibytes KiB, $tests tests"

if [ "$tests" -ge 100 ] && [ "$kibibytes" -le 1024 ]; then decision=release; else decision=wait; fi
runlog append DECIDE_RELEASE "May $version be released?" --decision "$decision" --reasoning "$tests tests, $kibibytes KiB"
runlog append COMPLETE "Release check finished" --status "$decision" --next-steps "tag v$version and publish it by hand"
runlog summary
