# Shared by the scripts in tools/: sourced, never run. Leaves the caller in the repository root.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Prints the comment at the top of the script $1: each script's help is that comment.
help() { sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$1"; exit 0; }
