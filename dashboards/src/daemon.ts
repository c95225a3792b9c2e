// Daemon: gmewatchd about itself. Can the numbers be trusted right now, and what runs out next.
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
    { title: 'Ready', description: 'Whether every chosen gmewatchd takes batches.' },
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
    { title: 'Batches', description: 'Batches a second, whatever became of them.' },
    SIXTH,
    `sum(rate(${gauge('gmewatch_batches_total')}[$__rate_interval]))`,
    { unit: UNIT.perSecond, decimals: 1, noValue: 'none', sparkline: true, steps: PLAIN },
  ),
  number(
    { title: 'Refused', description: 'Batches turned away, among all that came. The refusals below say why.' },
    SIXTH,
    `sum(rate(gmewatch_batches_total{${CHOSEN},result="rejected"}[$__rate_interval])) / sum(rate(${gauge('gmewatch_batches_total')}[$__rate_interval]))`,
    { unit: UNIT.share, decimals: 1, noValue: 'none', steps: [{ from: null, color: 'green' }, { from: 0.001, color: 'orange' }, { from: 0.05, color: 'red' }] },
  ),
  number(
    { title: 'Commit, slowest of 100', description: 'How long the log takes for a commit; a client waits about twice as long for its acknowledgement.' },
    SIXTH,
    `max(${quantile(0.99, 'gmewatch_commit_duration_seconds')})`,
    { unit: UNIT.seconds, decimals: 1, noValue: 'none', steps: [{ from: null, color: 'green' }, { from: 0.5, color: 'orange' }, { from: 2, color: 'red' }] },
  ),
  number(
    { title: 'Last checkpoint', description: 'How long ago the last checkpoint was saved; without checkpoints the log grows and a start takes longer.' },
    SIXTH,
    `time() - min(${gauge('gmewatch_checkpoint_last_success_timestamp_seconds')} > 0)`,
    { unit: UNIT.duration, decimals: 0, noValue: 'none', steps: [{ from: null, color: 'green' }, { from: 3900, color: 'orange' }, { from: 7500, color: 'red' }] },
  ),
  number(
    { title: 'Running for', description: 'How long the youngest gmewatchd has been running.' },
    SIXTH,
    `time() - max(process_start_time_seconds{${CHOSEN}} and on (instance) gmewatch_ready)`,
    { unit: UNIT.duration, decimals: 0, noValue: 'NO ANSWER', steps: PLAIN },
  ),
];

const way = () => [
  graph(
    { title: 'Batches', description: 'Batches a second by what became of them. Duplicates are retries whose first try was counted: they add nothing.' },
    HALF,
    [line(rate('result', 'gmewatch_batches_total'), '{{result}}')],
    { unit: UNIT.perSecond },
  ),
  graph(
    { title: 'Refused events', description: 'Events a second of batches turned away, by reason. overloaded, session_limit, log_failed and stopping come again: clients keep them.' },
    HALF,
    [line(rate('reason', 'gmewatch_rejected_events_total'), '{{reason}}')],
    { unit: UNIT.perSecond },
  ),
  graph(
    { title: 'Refused batches', description: 'Batches a second that were turned away, by reason.' },
    THIRD,
    [line(rate('reason', 'gmewatch_rejected_batches_total'), '{{reason}}')],
    { unit: UNIT.perSecond },
  ),
  graph(
    { title: 'What clients lost', description: 'Events a second that clients say they could not keep, by reason. They are in no other number.' },
    THIRD,
    [line('sum by (reason) (rate(gme_client_lost_events_total{' + CHOSEN + '}[$__rate_interval]))', '{{reason}}')],
    { unit: UNIT.perSecond },
  ),
  graph(
    { title: 'Late events', description: 'Share of the errors that were older than ten minutes on arrival. They are counted, but no spike is told of them.' },
    THIRD,
    [line(`sum(rate(gme_error_late_events_total{${CHOSEN}}[$__rate_interval])) / (sum(rate(gme_error_events_total{${CHOSEN}}[$__rate_interval])) > 0)`, 'late')],
    { unit: UNIT.share },
  ),
];

const latency = () => [
  graph(
    { title: 'Commit', description: 'How long the log takes for a commit: half of them, and all but one in a hundred, are faster.' },
    THIRD,
    [
      line(quantile(0.5, 'gmewatch_commit_duration_seconds'), 'half, {{instance}}'),
      line(quantile(0.99, 'gmewatch_commit_duration_seconds'), '99 of 100, {{instance}}'),
    ],
    { unit: UNIT.seconds },
  ),
  graph(
    { title: 'Scrapes and looks for spikes', description: 'How long completed scrapes take with the sending (99 of 100), and how long the last look for spikes took.' },
    THIRD,
    [
      line(quantile(0.99, 'gmewatch_scrape_duration_seconds'), 'scrape, {{instance}}'),
      line(gauge('gmewatch_detector_tick_duration_seconds'), 'look for spikes, {{instance}}'),
    ],
    { unit: UNIT.seconds },
  ),
  graph(
    { title: 'Commits', description: 'Commits a second, and those that the log could not write: a full or broken disk.' },
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
    { title: 'Log on disk', description: 'Bytes of the log on disk. It grows until a checkpoint and is used again after it.' },
    THIRD,
    [line(gauge('gmewatch_journal_size_bytes'), '{{instance}}')],
    { unit: UNIT.bytes },
  ),
  graph(
    { title: 'Waiting for a commit', description: 'Bytes of batches that wait for a commit. At half of limits.max_pending_bytes clients are asked to slow down, at all of it batches are turned away.' },
    THIRD,
    [line(gauge('gmewatch_pending_bytes'), '{{instance}}')],
    { unit: UNIT.bytes },
  ),
  graph(
    { title: 'Checkpoint and recovery', description: 'How long the last checkpoint took, and how long the last start took to recover.' },
    THIRD,
    [
      line(gauge('gmewatch_checkpoint_duration_seconds'), 'checkpoint, {{instance}}'),
      line(gauge('gmewatch_recovery_duration_seconds'), 'recovery, {{instance}}'),
    ],
    { unit: UNIT.seconds },
  ),
  graph(
    { title: 'What failed', description: 'In each five minutes: checkpoints that were not saved, reloads that were refused, scrapes that were refused or broken off.' },
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
    { title: 'Limits', description: 'How much of its limits is used. Beyond sessions new sessions are turned away; beyond app_regions events are counted as other.' },
    THIRD,
    [
      line(used('gmewatch_sessions'), 'sessions, {{instance}}'),
      line(used('gmewatch_app_regions'), 'app_regions, {{instance}}'),
      line(`process_open_fds{${CHOSEN}} / process_max_fds{${CHOSEN}} and on (instance) gmewatch_ready`, 'open files, {{instance}}'),
    ],
    { unit: UNIT.share },
  ),
  graph(
    { title: 'Sessions and streams', description: 'Sessions whose duplicates are recognised, and report streams that are open.' },
    THIRD,
    [line(gauge('gmewatch_sessions'), 'sessions, {{instance}}'), line(gauge('gmewatch_streams'), 'streams, {{instance}}')],
    { unit: UNIT.count },
  ),
  graph(
    { title: 'Series', description: 'Time series of counters in a scrape, and series and roll-ups that are watched for spikes.' },
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
    { title: 'Processor', description: 'Processors that gmewatchd keeps busy: 1 is one of them.' },
    THIRD,
    [line(`rate(process_cpu_seconds_total{${CHOSEN}}[$__rate_interval]) and on (instance) gmewatch_ready`, '{{instance}}')],
    { unit: UNIT.count },
  ),
];

const told = () => [
  graph(
    { title: 'Incidents', description: 'Incidents that last: spikes that belong together.' },
    THIRD,
    [line(gauge('gmewatch_incidents'), '{{instance}}')],
    { unit: UNIT.count },
  ),
  graph(
    { title: 'Annotations pushed to Grafana', description: 'Spikes whose annotation is not yet as it should be, and in each five minutes what failed, by reason. Zero where the settings name no Grafana.' },
    { w: 16, h: THIRD.h },
    [
      line(gauge('gmewatch_annotation_queue'), 'waiting, {{instance}}'),
      line(`sum by (reason) (increase(gmewatch_annotation_failures_total{${CHOSEN}}[5m]))`, '{{reason}}'),
    ],
    { unit: UNIT.count },
  ),
];

export const daemon = (): dashboard.Dashboard =>
  assemble({
    uid: UID.daemon,
    title: 'GME Daemon',
    description: 'gmewatchd about itself: can the numbers be trusted right now, and what runs out next.',
    from: 'now-3h',
    variables: [variables.datasource(), variables.instance()],
    // What happens to the players hides what happens to gmewatchd, so spikes are drawn here only when asked for.
    annotations: annotations({}, false),
    panels: [...numbers(), ...way(), ...latency(), ...disk().slice(0, 3), ...room(), disk()[3], ...told()],
  });
