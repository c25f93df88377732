#!/bin/sh
# Housekeeping for cron: end the runs that have died, put old ones into the archive. Give it the store as its argument.
#
#   17 4 * * *  /path/to/tidy.sh /path/to/logs
set -e
store=${1:?which store? For example: tidy.sh /path/to/logs}

# Another command that holds the lock of the store is waited for; --quiet leaves only what was done, for cron to mail.
runlog finalize --all --dir "$store" --quiet --lock-timeout 60
runlog rotate --dir "$store" --max-age 90d --max-runs 1000 --keep-failed --quiet --lock-timeout 60
