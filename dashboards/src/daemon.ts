// The Daemon dashboard: whether the numbers of gmewatchd can be trusted now, and which limit is reached next.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations';
import { assemble } from './assemble';
import { UID } from './links';
import { graph, number, Size, UNIT } from './panels';
import * as variables from './variables';

const SIXTH: Size = { w: 4, h: 3 };
const THIRD: Size = { w: 8, h: 8 };
const HALF: Size = { w: 12, h: 8 };
const CHOSEN = 'instance=~"$instance"';

const gauge = (family: string): string => `${family}{${CHOSEN}}`;
const rate = (by: string, family: string, matchers = ''): string =>
  `sum by (${by}) (rate(${family}{${CHOSEN}${matchers}}[$__rate_interval]))`;
const quantile = (share: number, family: string): string =>
  `histogram_quantile(${share}, sum by (instance, le) (rate(${family}_bucket{${CHOSEN}}[$__rate_interval])))`;
const line = (expr: string, legend: string) => ({ expr, legend });
const PLAIN = [{ from: null, color: 'text' as const }];

const numbers = () => [
  number(
    { title: 'Ready', description: 'Whether every selected gmewatchd accepts batches.' },
    SIXTH,
    `min(${gauge('gmewatch_ready')})`,
    {
      unit: UNIT.count, noValue: 'NO ANSWER', steps: [{ from: null, color: 'red' }, { from: 1, color: 'green' }],
      mappings: [
        {
          type: dashboard.MappingType.ValueToText,
          options: { '0': { text: 'NOT READY', index: 0 }, '1': { text: 'ready', index: 1 } },
        },
      ],
    },
  ),
  number(
    { title: 'Batches', description: 'Batches a second, with any result.' },
    SIXTH,
    `sum(rate(${gauge('gmewatch_batches_total')}[$__rate_interval]))`,
    { unit: UNIT.perSecond, decimals: 1, noValue: 'none', sparkline: true, steps: PLAIN },
  ),
  number(
    { title: 'Rejected', description: 'Share of the batches that were rejected. The graphs below show the reasons.' },
    SIXTH,
    `sum(rate(gmewatch_batches_total{${CHOSEN},result="rejected"}[$__rate_interval])) / sum(rate(${gauge('gmewatch_batches_total')}[$__rate_interval]))`,
    { unit: UNIT.share, decimals: 1, noValue: 'none', steps: [{ from: null, color: 'green' }, { from: 0.001, color: 'orange' }, { from: 0.05, color: 'red' }] },
  ),
  number(
    { title: 'Commit, p99', description: '99th percentile of the duration of a commit. A client waits about twice as long for its acknowledgement.' },
    SIXTH,
    `max(${quantile(0.99, 'gmewatch_commit_duration_seconds')})`,
    { unit: UNIT.seconds, decimals: 1, noValue: 'none', steps: [{ from: null, color: 'green' }, { from: 0.5, color: 'orange' }, { from: 2, color: 'red' }] },
  ),
  number(
    { title: 'Last checkpoint', description: 'Time since the last checkpoint was saved. Without checkpoints the log grows and a start takes longer.' },
    SIXTH,
    `time() - min(${gauge('gmewatch_checkpoint_last_success_timestamp_seconds')} > 0)`,
    { unit: UNIT.duration, decimals: 0, noValue: 'none', steps: [{ from: null, color: 'green' }, { from: 3900, color: 'orange' }, { from: 7500, color: 'red' }] },
  ),
  number(
    { title: 'Running for', description: 'Time since the last start of any gmewatchd, by a clock that nobody sets.' },
    SIXTH,
    `min(${gauge('gmewatch_uptime_seconds')})`,
    { unit: UNIT.duration, decimals: 0, noValue: 'NO ANSWER', steps: PLAIN },
  ),
];

const way = () => [
  graph(
    { title: 'Batches', description: 'Batches a second by result. A duplicate is a retry of a batch that was counted already; it is not counted again.' },
    HALF,
    [line(rate('result', 'gmewatch_batches_total'), '{{result}}')],
    { unit: UNIT.perSecond },
  ),
  graph(
    { title: 'Rejected events', description: 'Events a second in rejected batches, by reason. With overloaded, session_limit, quota, log_failed and stopping clients keep them and retry. Senders without a key count as batches only.' },
    HALF,
    [line(rate('reason', 'gmewatch_rejected_events_total'), '{{reason}}')],
    { unit: UNIT.perSecond },
  ),
  graph(
    { title: 'Rejected batches', description: 'Rejected batches a second, by reason.' },
    THIRD,
    [line(rate('reason', 'gmewatch_rejected_batches_total'), '{{reason}}')],
    { unit: UNIT.perSecond },
  ),
  graph(
    { title: 'Lost events', description: 'Events a second that clients report as lost, by reason. They are not in any other count.' },
    THIRD,
    [line('sum by (reason) (rate(gme_client_lost_events_total{' + CHOSEN + '}[$__rate_interval]))', '{{reason}}')],
    { unit: UNIT.perSecond },
  ),
  graph(
    { title: 'Late events', description: 'Share of the errors that were older than ten minutes on arrival. They are counted, but not used to detect spikes.' },
    THIRD,
    [line(`sum(rate(gme_error_late_events_total{${CHOSEN}}[$__rate_interval])) / (sum(rate(gme_error_events_total{${CHOSEN}}[$__rate_interval])) > 0)`, 'late')],
    { unit: UNIT.share },
  ),
];

const latency = () => [
  graph(
    { title: 'Commit', description: 'Median and 99th percentile of the duration of a commit.' },
    THIRD,
    [
      line(quantile(0.5, 'gmewatch_commit_duration_seconds'), 'median, {{instance}}'),
      line(quantile(0.99, 'gmewatch_commit_duration_seconds'), 'p99, {{instance}}'),
    ],
    { unit: UNIT.seconds },
  ),
  graph(
    { title: 'Scrapes and detector ticks', description: '99th percentile of the duration of completed scrapes, sending included, and the duration of the detector\'s last tick.' },
    THIRD,
    [
      line(quantile(0.99, 'gmewatch_scrape_duration_seconds'), 'scrape, {{instance}}'),
      line(gauge('gmewatch_detector_tick_duration_seconds'), 'detector tick, {{instance}}'),
    ],
    { unit: UNIT.seconds },
  ),
  graph(
    { title: 'Commits', description: 'Commits a second, and those that could not be written, as on a full or broken disk.' },
    THIRD,
    [
      line(rate('instance', 'gmewatch_commits_total'), 'commits, {{instance}}'),
      line(rate('instance', 'gmewatch_failed_commits_total'), 'failed, {{instance}}'),
    ],
    { unit: UNIT.perSecond },
  ),
];

const disk = () => [
  graph(
    { title: 'Log on disk', description: 'Size of the event log. It grows until a checkpoint; then its space is reused.' },
    THIRD,
    [line(gauge('gmewatch_journal_size_bytes'), '{{instance}}')],
    { unit: UNIT.bytes },
  ),
  graph(
    { title: 'Waiting for a commit', description: 'Bytes of batches that wait for a commit. Streams get half of limits.max_pending_bytes and are read more slowly beyond it; at the limit single reports are rejected. Before that those who cause the load are asked to slow down.' },
    THIRD,
    [line(gauge('gmewatch_pending_bytes'), '{{instance}}')],
    { unit: UNIT.bytes },
  ),
  graph(
    { title: 'Checkpoint and recovery', description: 'Duration of the last checkpoint and of the last recovery.' },
    THIRD,
    [
      line(gauge('gmewatch_checkpoint_duration_seconds'), 'checkpoint, {{instance}}'),
      line(gauge('gmewatch_recovery_duration_seconds'), 'recovery, {{instance}}'),
    ],
    { unit: UNIT.seconds },
  ),
  graph(
    { title: 'Failures', description: 'Failures in five minutes: checkpoints that were not saved, reloads that were rejected, scrapes that were rejected or aborted.' },
    THIRD,
    [
      line(`sum by (instance) (increase(gmewatch_checkpoints_total{${CHOSEN},result="failure"}[5m]))`, 'checkpoints, {{instance}}'),
      line(`sum by (instance) (increase(gmewatch_config_reloads_total{${CHOSEN},result="failure"}[5m]))`, 'reloads, {{instance}}'),
      line(`sum by (instance) (increase(gmewatch_scrapes_total{${CHOSEN},result!="completed"}[5m]))`, 'scrapes, {{instance}}'),
    ],
    { unit: UNIT.count },
  ),
];

const used = (family: string): string => `${gauge(family)} / ${gauge(`${family}_limit`)}`;

const room = () => [
  graph(
    { title: 'Limits', description: 'Used share of each limit. At the limit of sessions new sessions are rejected; at that of app_regions events are counted as other.' },
    THIRD,
    [
      line(used('gmewatch_sessions'), 'sessions, {{instance}}'),
      line(used('gmewatch_app_regions'), 'app_regions, {{instance}}'),
      line(`${gauge('gmewatch_connect_connections')} / (${gauge('gmewatch_connect_connections_limit')} > 0)`, 'Connect, {{instance}}'),
      line(`process_open_fds{${CHOSEN}} / process_max_fds{${CHOSEN}} and on (instance) gmewatch_ready`, 'open files, {{instance}}'),
    ],
    { unit: UNIT.share },
  ),
  graph(
    { title: 'Sessions and streams', description: 'Sessions whose duplicates are recognised, open report streams, and open connections to the Connect port.' },
    THIRD,
    [
      line(gauge('gmewatch_sessions'), 'sessions, {{instance}}'),
      line(gauge('gmewatch_streams'), 'streams, {{instance}}'),
      line(gauge('gmewatch_connect_connections'), 'Connect, {{instance}}'),
    ],
    { unit: UNIT.count },
  ),
  graph(
    { title: 'Series', description: 'Time series of counters in a scrape, and series and roll-ups watched by the detector.' },
    THIRD,
    [line(gauge('gmewatch_series'), 'in a scrape, {{instance}}'), line(gauge('gmewatch_watched_series'), 'watched, {{instance}}')],
    { unit: UNIT.count },
  ),
  graph(
    { title: 'Memory', description: 'Resident memory of gmewatchd.' },
    THIRD,
    [line(`process_resident_memory_bytes{${CHOSEN}} and on (instance) gmewatch_ready`, '{{instance}}')],
    { unit: UNIT.bytes },
  ),
  graph(
    { title: 'CPU', description: 'CPUs that gmewatchd uses: 1 is one fully used CPU.' },
    THIRD,
    [line(`rate(process_cpu_seconds_total{${CHOSEN}}[$__rate_interval]) and on (instance) gmewatch_ready`, '{{instance}}')],
    { unit: UNIT.count },
  ),
];

const announced = () => [
  graph(
    { title: 'Incidents', description: 'Active incidents: spikes that belong together.' },
    THIRD,
    [line(gauge('gmewatch_incidents'), '{{instance}}')],
    { unit: UNIT.count },
  ),
  graph(
    { title: 'Annotations pushed to Grafana', description: 'Spikes whose annotation is not up to date yet, and failed requests in five minutes, by reason. Zero if the settings have no Grafana.' },
    { w: 16, h: THIRD.h },
    [
      line(gauge('gmewatch_annotation_queue'), 'waiting, {{instance}}'),
      line(`sum by (reason) (increase(gmewatch_annotation_failures_total{${CHOSEN}}[5m]))`, '{{reason}}'),
    ],
    { unit: UNIT.count },
  ),
];

// Only fronts and counters have these: empty on one machine.
const NO_CLUSTER = 'no front, no counter';
const cluster = () => [
  graph(
    { title: 'Batches by front', description: 'Batches a second that each front wrote to the shared log or rejected.' },
    THIRD,
    [line(rate('instance, result', 'gmewatch_front_batches_total'), '{{result}}, {{instance}}')],
    { unit: UNIT.perSecond, noValue: NO_CLUSTER },
  ),
  graph(
    { title: 'Writes to the shared log', description: 'Median and 99th percentile of the duration of a write; clients wait for it.' },
    THIRD,
    [
      line(quantile(0.5, 'gmewatch_log_write_seconds'), 'median, {{instance}}'),
      line(quantile(0.99, 'gmewatch_log_write_seconds'), 'p99, {{instance}}'),
    ],
    { unit: UNIT.seconds, noValue: NO_CLUSTER },
  ),
  graph(
    { title: 'Lanes that cannot write', description: 'Partitions that a front could not write for ten seconds. The sessions of such a partition cannot report.' },
    THIRD,
    [line(gauge('gmewatch_lanes_stalled'), '{{instance}}')],
    { unit: UNIT.count, noValue: NO_CLUSTER },
  ),
  graph(
    { title: 'Counters behind', description: 'What was acknowledged longer ago is counted; and the 99th percentile of how long scrapes and ticks waited for it.' },
    THIRD,
    [
      line(gauge('gmewatch_log_behind_seconds'), 'behind, {{instance}}'),
      line(quantile(0.99, 'gmewatch_read_wait_seconds'), 'p99 of waits, {{instance}}'),
    ],
    { unit: UNIT.seconds, noValue: NO_CLUSTER },
  ),
  graph(
    { title: 'Fronts and counters', description: 'Fronts and counters that do not answer, records that two counters counted differently (must be 0), and reads and writes of the log that failed in five minutes.' },
    THIRD,
    [
      line('count by (job) (up{job=~"gmewatch-front|gmewatch-counter"} == 0)', 'down, {{job}}'),
      line(gauge('gmewatch_replica_mismatch_total'), 'mismatches, {{instance}}'),
      line(`sum by (instance) (increase(gmewatch_failed_reads_total{${CHOSEN}}[5m]))`, 'failed reads, {{instance}}'),
      line(`sum by (instance) (increase(gmewatch_failed_log_writes_total{${CHOSEN}}[5m]))`, 'failed writes, {{instance}}'),
    ],
    { unit: UNIT.count, noValue: NO_CLUSTER },
  ),
  graph(
    { title: 'Log kept for', description: 'How long a counter could be away before the log deletes records that it needs.' },
    THIRD,
    [line(gauge('gmewatch_log_retention_left_seconds'), '{{instance}}')],
    { unit: UNIT.duration, noValue: NO_CLUSTER },
  ),
];

export const daemon = (): dashboard.Dashboard =>
  assemble({
    uid: UID.daemon,
    title: 'GME Daemon',
    description: 'gmewatchd itself: whether its numbers can be trusted now, and which limit is reached next.',
    from: 'now-3h',
    variables: [variables.datasource(), variables.instance()],
    // Spikes would hide the state of gmewatchd, so they are off until switched on.
    annotations: annotations({}, { shown: false, perIncident: true }),
    panels: [...numbers(), ...way(), ...latency(), ...disk().slice(0, 3), ...room(), disk()[3], ...announced(), ...cluster()],
  });
