# shellcheck shell=bash
# Starts, watches and stops the processes of deploy/quickstart; each has a process group of its own and is stopped by its id. To
# be sourced, with lib.sh; needs `set -euo pipefail` and the variable `root`.

# Set by the script: the folder of their output, how many seconds the fleet runs, Prometheus' address, and the events counted before
# this run.
logs='' seconds=0 prometheus='' before=0

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
  # bash itself writes a line about a process that was killed.
  wait "${pids[$1]}" 2>/dev/null || status=$?
  statuses[$1]=$status
}

# kill_part NAME: SIGKILL, before the visitor's eyes; it may be started again.
kill_part() {
  kill -KILL -- "-${pids[$1]}"
  await_end "$1"
  unset "pids[$1]" "statuses[$1]"
}

# stop NAME [SECONDS]: SIGTERM, and SIGKILL if it still runs after 20 s, or that many.
stop() {
  is_running "$1" || return 0
  kill -TERM -- "-${pids[$1]}" 2>/dev/null || true
  local deadline=$((SECONDS + ${2:-20}))
  while is_running "$1" && ((SECONDS < deadline)); do sleep 0.1; done
  if is_running "$1"; then kill -KILL -- "-${pids[$1]}" 2>/dev/null || true; fi
  await_end "$1"
}

stop_all() {
  trap - EXIT
  trap '' INT TERM HUP
  # bash itself writes a line about each process that was killed.
  exec 2>/dev/null
  # From the entrance to the exit.
  local name
  for name in fleet haproxy front-1 front-2 gmewatchd counter-a counter-b prometheus alertmanager build; do stop "$name"; done
  # A broker that ends asks the others, which end too: it waits for them in vain. What it has taken is in its files.
  for name in broker-1 broker-2 broker-3; do stop "$name" 1; done
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

# --- What is counted ---------------------------------------------------------------------------------------------------

counts() { python3 "${root:?}/deploy/quickstart_counts.py" "$@"; }

# port_for NAME PORT: PORT, or a free one if that is taken.
port_for() {
  local port
  port=$(counts free_port "$2")
  ((port == $2)) || say "port $2 is taken, so $1 takes $port"
  printf '%s\n' "$port"
}

# Each sets a variable, for await.
shows_this_run() { queried=$(counts queried "$prometheus") && ((queried > before)); }
shows_all() { queried=$(counts queried "$prometheus") && ((queried == ${counted:?})); }

# --- The programs ------------------------------------------------------------------------------------------------------

# run_step WORDS COMMAND...: in the project's folder and to its end; a signal ends it too.
run_step() {
  local words=$1
  shift
  env -C "$root" setsid "$@" </dev/null &
  pids[build]=$!
  wait "${pids[build]}" || die 1 "$words"
  unset 'pids[build]'
}

# build: the release preset, into bin_dir.
build() {
  # A folder of its own, so that a developer's build/release keeps its settings.
  local folder=$root/build/quickstart
  say 'building the release preset; a first time takes minutes'
  run_step 'the build failed' \
    cmake --preset release -B "$folder" -DGMEWATCH_TESTS=OFF "-DCMAKE_RUNTIME_OUTPUT_DIRECTORY=$folder/bin"
  run_step 'the build failed' cmake --build "$folder" --target gmewatchd gmectl gmewatch_fleet
  export bin_dir=$folder/bin
}
