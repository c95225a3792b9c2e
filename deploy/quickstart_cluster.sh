# shellcheck shell=bash
# deploy/quickstart --cluster: three Kafka brokers, two fronts, two counters, HAProxy, Prometheus and the fleet on loopback. To be
# sourced, after quickstart_parts.sh; needs the variables of deploy/quickstart.

: "${root:?}" "${bin_dir:?}" "${state_dir:?}" "${logs:?}" "${clients:?}" "${seconds:?}"
declare -A address=()  # by the name of a process: its admin port, of a broker the port for clients

# --- What is awaited ---------------------------------------------------------------------------------------------------

is_ready() { counts ready "${address[$1]}" >/dev/null; }
listens() { (exec 3<>"/dev/tcp/${address[$1]/:/\/}"); }
# Too early there are not enough brokers for three replicas. A topic of an earlier run stays.
has_topic() { "$bin_dir/gmectl" log create --config="$state_dir/counter.yaml" >"$logs/topic.out" 2>"$logs/topic.log"; }
both_show_the_same() {
  before=$(counts counted "${address[counter-a]}") && [[ $(counts counted "${address[counter-b]}") == "$before" ]]
}
has_grown() { counted=$(counts counted "$admin") && ((counted > mark)); }
has_taken_all() {
  local batches
  batches=$(counts batches "${address[front-2]}") && ((batches - taken >= clients)) && has_grown
}
shown_has_grown() { queried=$(counts queried "$prometheus") && ((queried > mark)); }
# has_counted_all COUNTER
has_counted_all() { counted=$(counts counted "${address[$1]}") && ((counted - before == acknowledged)); }

# --- The start ---------------------------------------------------------------------------------------------------------

start_brokers() {
  local name all
  say 'fetching Kafka with Maven (the first time 43 MB) and preparing three brokers'
  run_step 'the brokers cannot be prepared' "$root/deploy/kafka/brokers" prepare "$state_dir/kafka"
  brokers=$(<"$state_dir/kafka/addresses")
  IFS=, read -ra all <<<"$brokers"
  for name in broker-1 broker-2 broker-3; do
    address[$name]=${all[${name#*-} - 1]}
    start_broker "$name"
  done
  for name in broker-1 broker-2 broker-3; do await_broker "$name"; done
}

start_broker() { start "$1" "$root/deploy/kafka/brokers" run "$state_dir/kafka" "${1#*-}"; }
await_broker() { await 180 "until $1 listens" listens "$1" || fail "$1" "$1 does not listen"; }

# write_settings ROLE: apps are needed, since clients of a cluster come through a network.
write_settings() {
  local regions='[eu, us, asia, sa]'
  cat >"$state_dir/$1.yaml" <<END
role: $1
apps:
- {name: demo, regions: $regions}
- {name: demo-arena, regions: $regions}
- {name: demo-racing, regions: $regions, sdk_major: 3}
log: { kafka: { brokers: [$brokers] } }
expose: { public_url: "http://$admin", prometheus_url: "http://$prometheus", zero_for: 15s, read_wait: 4s }
END
}

start_front() {
  start "$1" "$bin_dir/gmewatchd" --config="$state_dir/front.yaml" --ingest_address="${ingest_of[$1]}" \
    --admin_address="${address[$1]}" --catalog_overlay=gme_sdk_2_9 --catalog_overlay=gme_sdk_3
}

start_counter() {
  start "$1" "$bin_dir/gmewatchd" --config="$state_dir/counter.yaml" --admin_address="${address[$1]}" \
    --state_dir="$state_dir/$1" --catalog_overlay=gme_sdk_2_9 --catalog_overlay=gme_sdk_3
}

await_ready() { await 120 "until $1 is ready" is_ready "$1" || fail "$1" "$1 is not ready"; }

start_roles() {
  local name
  for name in front counter; do write_settings "$name"; done
  await 120 'until the brokers have made the topic' has_topic || fail topic 'the topic cannot be made'
  for name in counter-a counter-b; do
    mkdir -p "$state_dir/$name"
    start_counter "$name"
  done
  for name in front-1 front-2; do start_front "$name"; done
  for name in counter-a counter-b front-1 front-2; do await_ready "$name"; done
}

# The shipped file with the addresses of this run, and with fewer descriptors than some shells allow.
start_haproxy() {
  local name config=$state_dir/haproxy.cfg edits=(-e 's/maxconn 20000/maxconn 2000/')
  edits+=(-e "s/127.0.0.1:4747 /$ingest /" -e "s/127.0.0.1:9747\$/$admin/" -e "s/127.0.0.1:8404\$/${address[haproxy]}/")
  for name in front-1 front-2; do
    edits+=(-e "s/(server $name) [0-9.:]+ port [0-9]+/\\1 ${ingest_of[$name]} port ${address[$name]##*:}/")
  done
  for name in counter-a counter-b; do edits+=(-e "s/(server $name) [0-9.:]+/\\1 ${address[$name]}/"); done
  sed -E "${edits[@]}" "$root/deploy/haproxy/cluster.cfg" >"$config"
  start haproxy haproxy -db -f "$config"
  await 60 'until HAProxy has found a counter that is ready' is_ready counts || fail haproxy 'HAProxy finds no counter'
}

# The shipped file with the addresses of this run; there is no Alertmanager.
start_prometheus() {
  local config=$state_dir/prometheus.yml
  sed -e 's/_interval: 15s/_interval: 5s/' -e 's/scrape_timeout: 10s/scrape_timeout: 5s/' -e '/^alerting:/,/^$/ d' \
    -e "s/127.0.0.1:9747/$admin/" -e "s/127.0.0.1:9751/${address[front-1]}/" -e "s/127.0.0.1:9752/${address[front-2]}/" \
    -e "s/127.0.0.1:9761/${address[counter-a]}/" -e "s/127.0.0.1:9762/${address[counter-b]}/" \
    -e "s/127.0.0.1:8404/${address[haproxy]}/" -e "s|../../dashboards|$root/dashboards|" \
    "$root/deploy/prometheus/cluster.yml" >"$config"
  start prometheus prometheus --config.file="$config" --storage.tsdb.path="$state_dir/prometheus" \
    --web.listen-address="$prometheus" --web.external-url="http://$prometheus" --log.level=warn
}

start_fleet() {
  # As long as a front and a broker are away, and longer.
  start fleet "$bin_dir/gmewatch_fleet" --address="$ingest" --clients="$clients" --seconds=0 --seed=1 --json --stop_timeout=60s
}

# --- What is killed ----------------------------------------------------------------------------------------------------

# lose NAME WORDS COMMAND...: kills it and waits until the command succeeds; prints WORDS with the time that took.
lose() {
  local name=$1 words=$2 begin
  shift 2
  mark=$(counts counted "$admin") || fail counter-a 'the counters do not answer'
  printf '\n%s  kill -9 %s\n' "$(date +%T)" "$name"
  begin=$SECONDS
  kill_part "$name"
  await 90 "until $words" "$@" || fail counter-b "after the end of $name no more events are counted"
  printf '%s  %s: %d s after the kill, %d more events are counted\n' "$(date +%T)" "$words" $((SECONDS - begin)) $((counted - mark))
}

lose_broker() {
  # A scrape writes to every partition, so it succeeds once each has a leader.
  lose broker-2 'every partition can be written again' has_grown
  start_broker broker-2
  await_broker broker-2
  printf '%s  broker-2 is back\n' "$(date +%T)"
}

lose_front() {
  taken=$(counts batches "${address[front-2]}") || fail front-2 'front-2 does not answer'
  lose front-1 'front-2 has taken as many batches as there are clients' has_taken_all
  start_front front-1
  await_ready front-1
  printf '%s  front-1 is back\n' "$(date +%T)"
}

lose_counter() {
  lose counter-a 'counter-b answers' has_grown
  await 60 'until Prometheus shows what counter-b counted' shown_has_grown || fail prometheus 'Prometheus shows no more events'
  printf '%s  Prometheus shows %d more events than counter-a did\n' "$(date +%T)" $((queried - mark))
  start_counter counter-a
  await_ready counter-a
  printf '%s  counter-a is back and has counted what it missed\n' "$(date +%T)"
}

# --- The run -----------------------------------------------------------------------------------------------------------

# Stops the fleet and compares what was acknowledged to it with what both counters counted and Prometheus shows.
compare() {
  local name resets
  printf '\n'
  say 'the fleet ends; it waits for its last answers, a minute at most'
  stop fleet 90
  acknowledged=$(counts acknowledged "$logs/fleet.out") || fail fleet 'the fleet printed no totals'
  unset 'pids[fleet]' 'statuses[fleet]'
  for name in counter-a counter-b; do
    await 60 "until $name shows all $acknowledged events" has_counted_all "$name" ||
      fail "$name" "$name counted $((counted - before)) events in this run, $acknowledged were acknowledged to the fleet; if another client reported meanwhile, its events are among them"
  done
  await 60 'until Prometheus has scraped all of them' shows_all ||
    fail prometheus "Prometheus shows ${queried:-no} events, the counters counted $counted"
  resets=$(counts resets "$prometheus" "$((SECONDS + 1))") || fail prometheus 'Prometheus does not answer'
  ((resets == 0)) || fail prometheus "$resets times a counter went back"
  printf '\n  acknowledged to the fleet  %10d\n  counted by counter-a       %10d\n  counted by counter-b       %10d\n' \
    "$acknowledged" $((counted - before)) $((counted - before))
  printf '  shown by Prometheus        %10d  (%d in all with earlier runs)\n  counters that went back    %10d\n\n' \
    $((queried - before)) "$queried" "$resets"
  printf 'acknowledged %d, counted %d by each counter, Prometheus shows %d including %d of earlier runs: all counted\n' \
    "$acknowledged" $((counted - before)) "$queried" "$before"
}

show_links() {
  printf '\n  triage page   http://%s/\n' "$admin"
  printf '  Prometheus    http://%s/graph?g0.expr=%s&g0.tab=0\n' "$prometheus" \
    'sum%20by%20(code)%20(rate(gme_error_events_total%5B1m%5D))'
  printf '  clients       %s (gRPC)\n  proxy         http://%s/metrics\n' "$ingest" "${address[haproxy]}"
  printf '  fronts        http://%s/ http://%s/\n' "${address[front-1]}" "${address[front-2]}"
  printf '  counters      http://%s/ http://%s/\n' "${address[counter-a]}" "${address[counter-b]}"
  printf '  brokers       %s\n  logs          %s\n\n' "$brokers" "$logs"
}

choose_ports() {
  ingest=127.0.0.1:$(port_for 'HAProxy (clients)' 4747)
  admin=127.0.0.1:$(port_for 'HAProxy (counts)' 9747)
  address[counts]=$admin
  address[haproxy]=127.0.0.1:$(port_for 'HAProxy (metrics)' 8404)
  prometheus=127.0.0.1:$(port_for Prometheus 9090)
  local number
  for number in 1 2; do
    ingest_of[front-$number]=127.0.0.1:$(port_for "front-$number (ingest)" "475$number")
    address[front-$number]=127.0.0.1:$(port_for "front-$number (admin)" "975$number")
  done
  address[counter-a]=127.0.0.1:$(port_for counter-a 9761)
  address[counter-b]=127.0.0.1:$(port_for counter-b 9762)
}

run_cluster() {
  local -A ingest_of=()
  local ingest brokers before=0 mark=0 taken=0 counted=0 queried=0 acknowledged=0 begin
  choose_ports
  start_brokers
  start_roles
  start_haproxy
  start_prometheus
  await 60 'until both counters show the same' both_show_the_same || fail counter-b 'the counters differ before the first event'
  if ((before > 0)); then say "counts kept from earlier runs: $before events"; fi
  say "three brokers, two fronts, two counters, HAProxy and Prometheus run; starting $clients clients"
  begin=$SECONDS
  start_fleet
  await 90 'until Prometheus shows the first of their events (about 25 s)' shows_this_run ||
    fail prometheus 'Prometheus shows none of the events'
  show_links
  say 'Ctrl-C stops everything'
  lose_broker
  lose_front
  lose_counter
  while ((SECONDS - begin < seconds)); do
    check_parts
    sleep 0.5
  done
  compare
  if ((seconds > 0)); then exit 0; fi
  start_fleet
  say 'the clients report again and everything keeps running; Ctrl-C stops it'
  while true; do
    check_parts
    sleep 1
  done
}
