# shellcheck shell=bash
# Starts, watches and stops the processes of deploy/quickstart; each has a process group of its own and is stopped by its id. To
# be sourced, with lib.sh; needs `set -euo pipefail`.

# Set by the script: the folder of their output, and how many seconds the fleet runs.
logs='' seconds=0

declare -A pids=() statuses=()

# start NAME COMMAND...: in the background; standard output goes to $logs/NAME.out, standard error to NAME.log.
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

# stop NAME: SIGTERM, and SIGKILL if it still runs after 20 s.
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

# fail NAME WORDS: ends the run and prints the end of this process's log.
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

# Fails if a process has ended; only the fleet may end, with status 0 and if --seconds was given.
check_parts() {
  local name
  for name in "${!pids[@]}"; do
    is_running "$name" && continue
    await_end "$name"
    [[ $name == fleet && $seconds -gt 0 && ${statuses[$name]} -eq 0 ]] ||
      fail "$name" "$name has ended with status ${statuses[$name]}"
  done
}

# await SECONDS WORDS COMMAND...: waits until the command succeeds; fails after that time. Says after 5 s what it waits for, and
# again every 15 s.
await() {
  local deadline=$((SECONDS + $1)) words=$2 say_at=$((SECONDS + 5))
  shift 2
  until "$@" 2>"$logs/await.log"; do
    check_parts
    ((SECONDS < deadline)) || return 1
    if ((SECONDS >= say_at)); then
      say_at=$((SECONDS + 15))
      say "waiting $words, at most $((deadline - SECONDS)) s more"
    fi
    sleep 0.5
  done
}
