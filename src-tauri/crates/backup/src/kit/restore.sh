#!/usr/bin/env bash
# Restores archives of Caretaker with ordinary programs: bash, tar, and zstd or gzip.
# Usage: restore.sh [-i KEY-FILE] FOLDER-OF-ARCHIVES NEW-FOLDER [ARCHIVE]
# KEY-FILE holds the private key of encrypted archives (.age), which age opens.
set -euo pipefail

fail() { echo "restore.sh: $*" >&2; exit 1; }

key=
if [ "${1:-}" = -i ]; then
  [ -f "${2:-}" ] || fail "there is no key file ${2:-}"
  key=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
  shift 2
fi
[ $# -ge 2 ] || fail "usage: restore.sh [-i KEY-FILE] FOLDER-OF-ARCHIVES NEW-FOLDER [ARCHIVE]"
archives=$(cd "$1" && pwd) || fail "there is no folder $1"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
target=$(cd "$2" && pwd)
[ -z "$(ls -A "$target")" ] || fail "$target is not empty; name a new folder"

bytes() { case $1 in *.age) age -d -i "$key" -- "$1" ;; *) cat -- "$1" ;; esac; }

unpack() {
  case ${1%.age} in
    *.gz) bytes "$1" | gzip -dc ;;
    *.zst) bytes "$1" | zstd -dcq ;;
    *) fail "$1 is no archive" ;;
  esac
}

# What is missing is said before anything is written.
able() {
  case $1 in *.age)
    command -v age > /dev/null || fail "age is needed for ${1##*/}, which is encrypted"
    [ -n "$key" ] || fail "${1##*/} is encrypted: name the file with its key with -i KEY-FILE"
    ;;
  esac
  case ${1%.age} in *.zst) command -v zstd > /dev/null || fail "zstd is needed for ${1##*/}" ;; esac
}

number() { local name=${1##*/}; name=${name#*_*_}; echo "${name%%_*}" | sed 's/^0*//'; }
header() { { unpack "$1" || true; } 2> /dev/null | head -c 65536 | LC_ALL=C sed -n "s/.*\"$2\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

wanted=${3:-}
if [ -z "$wanted" ]; then
  last=0
  for archive in "$archives"/*_full_*.tar.* "$archives"/*_incremental_*.tar.*; do
    case $archive in *.sha256) continue ;; esac
    [ -f "$archive" ] || continue
    at=$(number "$archive")
    if [ "$at" -gt "$last" ]; then last=$at; wanted=$archive; fi
  done
  [ -n "$wanted" ] || fail "there is no archive in $archives"
elif [ ! -f "$wanted" ]; then
  wanted=$archives/$wanted
  [ -f "$wanted" ] || fail "there is no archive $3"
fi

# The archives of the same chain, up to the wanted one, by number.
able "$wanted"
chain=$(header "$wanted" chain)
if [ -z "$chain" ]; then
  case $wanted in *.age) fail "${wanted##*/} does not open: is this its key?" ;; esac
  fail "$wanted is no archive of Caretaker"
fi
numbered=
if [ "$(header "$wanted" type)" = incremental ]; then
  first=0
  for archive in "$archives"/*_full_*_"${chain:0:8}".tar.*; do
    if [ -f "$archive" ]; then first=$(number "$archive"); fi
  done
  for archive in "$archives"/*_full_*.tar.* "$archives"/*_incremental_*.tar.*; do
    case $archive in *.sha256) continue ;; esac
    [ -f "$archive" ] || continue
    at=$(number "$archive")
    [ "$at" -ge "$first" ] && [ "$at" -le "$(number "$wanted")" ] || continue
    able "$archive"
    if [ "$(header "$archive" chain)" = "$chain" ]; then
      numbered="$numbered$at $archive
"
    fi
  done
else
  numbered="$(number "$wanted") $wanted
"
fi

# A path of a list must stay below the target, and no link may lead it away.
is_safe() {
  case /$1/ in *//* | */../* | */./*) return 1 ;; esac
  local way=$target rest=$1
  while [ "$rest" != "${rest#*/}" ]; do
    way=$way/${rest%%/*}
    rest=${rest#*/}
    if [ -L "$way" ]; then return 1; fi
  done
}

check() { if command -v sha256sum > /dev/null; then sha256sum --quiet -c "$1"; else shasum -a 256 -c "$1" > /dev/null; fi; }

one() {
  echo "opening ${1##*/}"
  local lists
  lists=$(mktemp -d)
  unpack "$1" | tar -xf - -C "$lists" .caretaker/deleted0 2> /dev/null || true
  if [ -f "$lists/.caretaker/deleted0" ]; then
    while IFS= read -r -d '' path; do
      is_safe "$path" || fail "the list of deleted files names $path"
      rm -rf -- "${target:?}/$path"
    done < "$lists/.caretaker/deleted0"
  fi
  rm -rf "$lists" "$target/.caretaker/pages" "$target/.caretaker/metadata0"
  unpack "$1" | tar -xpf - -C "$target"
  if [ -d "$target/.caretaker/pages" ] || [ -s "$target/.caretaker/metadata0" ]; then
    command -v python3 > /dev/null || fail "Python 3 is needed for ${1##*/}: it changes pages of databases or rights of files"
    python3 "$here/restore.py" "$target"
  fi
  if [ -s "$target/.caretaker/SHA256SUMS" ]; then (cd "$target" && check .caretaker/SHA256SUMS); fi
}

printf '%s' "$numbered" | sort -n | while IFS= read -r line; do one "${line#* }"; done
rm -rf "$target/.caretaker"
echo "restored ${wanted##*/} into $target"
