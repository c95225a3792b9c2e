# shellcheck shell=bash
# The parts that deploy/quickstart starts, watches and stops; each is in a process group of its own and stopped by its id. To be
# sourced, with lib.sh; needs `set -euo pipefail`.

# For the script to set: the folder of what they say, and how long the fleet is to run.
logs='' seconds=0

declare -A pids=() statuses=()

# start NAME COMMAND...: in the background; what it says is in $logs/NAME.out and NAME.log.
start() {
  local name=$1
  shift
  setsid "$@" >"$logs/$name.out" 2>"$logs/$name.log" </dev/null &
  pids[$name]=$!
}

is_running() { [[ -n ${pids[$1]:-} && -z ${statuses[$1]:-} ]] && kill -0 "${pids[$1]}" 2>/dev/null; }

# await_end NAME: until it has ended; sets statuses[NAME].
await_end() {
  [[ -z ${statuses[$1]:-} ]] || return 0
  local status=0
  wait "${pids[$1]}" || status=$?
  statuses[$1]=$status
}

# stop NAME: TERM, and KILL where that has not helped after 20 s.
stop() {
  is_running "$1" || return 0
  kill -TERM -- "-${pids[$1]}" 2>/dev/null || true
  local deadline=$((SECONDS + 20))
  while is_running "$1" && ((SECONDS < deadline)); do sleep 0.1; done
  if is_running "$1"; then kill -KILL -- "-${pids[$1]}" 2>/dev/null || true; fi
  await_end "$1"
}

stop_all() {
  trap - EXIT
  trap '' INT TERM HUP
  # From the entrance to the exit.
  local name
  for name in fleet gmewatchd prometheus alertmanager build; do stop "$name"; done
}
trap stop_all EXIT
trap 'say "stopping; the counts are kept"; exit 130' INT
trap 'say "stopping; the counts are kept"; exit 143' TERM HUP

# fail NAME WORDS: ends the run with the last that this part said.
fail() {
  local name=$1
  shift
  printf '\nquickstart: %s\n' "$*" >&2
  if [[ -s $logs/$name.log ]]; then
    printf 'the end of %s:\n' "$logs/$name.log" >&2
    tail -n 20 "$logs/$name.log" >&2
  fi
  exit 1
}

# Fails where a part that was started has ended; the fleet may end, but only well and where it was to.
check_parts() {
  local name
  for name in "${!pids[@]}"; do
    is_running "$name" && continue
    await_end "$name"
    [[ $name == fleet && $seconds -gt 0 && ${statuses[$name]} -eq 0 ]] ||
      fail "$name" "$name has ended with status ${statuses[$name]}"
  done
}

# await SECONDS WORDS COMMAND...: until the command succeeds; false where it has not after that time. Says after 5 s what it
# waits for, and each 15 s that it still does.
await() {
  local deadline=$((SECONDS + $1)) words=$2 tell_at=$((SECONDS + 5))
  shift 2
  until "$@" 2>"$logs/await.log"; do
    check_parts
    ((SECONDS < deadline)) || return 1
    if ((SECONDS >= tell_at)); then
      tell_at=$((SECONDS + 15))
      say "waiting $words, at most $((deadline - SECONDS)) s more"
    fi
    sleep 0.5
  done
}
