#!/bin/sh
# Tells the team that a deployment window begins.
# Tidegate runs it in the announce step; here the announcement goes to a file instead of a chat room.
set -eu

cd "$(dirname "$0")/.."
line="$(date '+%Y-%m-%d %H:%M:%S')  Maintenance of $TIDEGATE_ENVIRONMENT begins (window $TIDEGATE_WINDOW, by $TIDEGATE_OPERATOR)."
echo "$line" >> announcements.log

echo "$line"
echo "Announced in announcements.log."
