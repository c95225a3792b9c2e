// Alerts about gmewatchd itself.
import { Alert, Recording } from './alerting';
import { UID } from './links';

// The job of deploy/prometheus/prometheus.yml.
const JOB = 'job="gmewatch"';

const REFUSED: Recording = {
  name: 'instance:gmewatch_rejected_batches:ratio_rate5m',
  expr: 'sum by (instance) (rate(gmewatch_batches_total{result="rejected"}[5m])) / (sum by (instance) (rate(gmewatch_batches_total[5m])) > 0)',
};
const COMMIT: Recording = {
  name: 'instance:gmewatch_commit_duration_seconds:p99_rate5m',
  expr: 'histogram_quantile(0.99, sum by (instance, le) (rate(gmewatch_commit_duration_seconds_bucket[5m])))',
};

const down: Alert = {
  name: 'GmewatchDown',
  severity: 'critical',
  expr: () => `absent(up{${JOB}} == 1)`,
  for: '1m',
  summary: () => 'No gmewatchd answers: nobody would see an outage of voice chat',
  description: () => 'Prometheus has had no answer from any gmewatchd for a minute. Clients keep their counts for a day and send them later; no spike is told meanwhile.',
  dashboard: UID.daemon,
  panel: 'Ready',
  runbook: {
    meaning: 'Prometheus cannot scrape any gmewatchd of the job gmewatch.',
    impact: 'No spike is told. No event is lost for a day: clients keep their counts and send them when it is back.',
    diagnosis: 'systemctl status gmewatchd and journalctl -u gmewatchd on its machine; then the network between Prometheus and the admin port.',
    mitigation: 'Start it. If it refuses to start, its last line of the log names the file and the line, or what of its state is damaged.',
  },
};

const instanceDown: Alert = {
  name: 'GmewatchInstanceDown',
  severity: 'critical',
  expr: () => `up{${JOB}} == 0`,
  for: '2m',
  summary: (say) => `gmewatchd ${say.label('instance')} does not answer`,
  description: () => 'Others do. The clients of this one keep their counts for a day; none of their spikes is told meanwhile.',
  dashboard: UID.daemon,
  panel: 'Ready',
  runbook: { ...down.runbook, meaning: 'Prometheus cannot scrape one gmewatchd; others answer.' },
};

const notReady: Alert = {
  name: 'GmewatchNotReady',
  severity: 'critical',
  expr: () => 'gmewatch_ready == 0',
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} has taken no batches for five minutes`,
  description: () => 'It answers, but does not take batches. Clients keep their counts for a day.',
  dashboard: UID.daemon,
  panel: 'Ready',
  runbook: {
    meaning: 'gmewatchd runs, but is not ready: it is still recovering, or it is stopping.',
    impact: 'No spike is told. Clients keep their counts.',
    diagnosis: 'The log says how far recovery is. A large log on disk takes long to replay, for want of a checkpoint.',
    mitigation: 'Wait while it recovers. If it hangs, keep a copy of the state directory and start it again.',
  },
};

const refusing: Alert = {
  name: 'GmewatchRefusing',
  severity: 'critical',
  expr: (say) => `${say.recorded(REFUSED)} > 0.05`,
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} turns away ${say.value('share')} of the batches`,
  description: () => 'The Daemon dashboard says for which reason. What is refused is in no count.',
  dashboard: UID.daemon,
  panel: 'Refused batches',
  runbook: {
    meaning: 'More than one batch in twenty is turned away.',
    impact: 'invalid, unauthenticated and permission_denied: these events are not counted. The other reasons: clients keep them and try again.',
    diagnosis: 'By reason. unauthenticated, permission_denied: a key, an app or a region that is not in the settings. invalid: a client that breaks the rules of the wire. session_limit: limits.max_sessions. overloaded: commits are slow or there is too much traffic. log_failed: the disk.',
    mitigation: 'Correct the settings and reload (SIGHUP), raise the limit, or free the disk.',
  },
};

const diskFull: Alert = {
  name: 'GmewatchDiskFull',
  severity: 'critical',
  expr: () => 'sum by (instance) (increase(gmewatch_failed_commits_total[5m])) > 0',
  for: '1m',
  summary: (say) => `gmewatchd ${say.label('instance')} cannot write its log`,
  description: () => 'Commits fail: the disk of the state directory is full or broken. Batches are turned away with the advice to try again, and clients keep them.',
  dashboard: UID.daemon,
  panel: 'Commits',
  runbook: {
    meaning: 'The log could not write commits: the disk is full, read-only or broken.',
    impact: 'Nothing is counted and no spike is told, until the disk can be written. Clients keep their counts for a day.',
    diagnosis: 'df on the state directory, and the log of gmewatchd, which has the error of the system.',
    mitigation: 'Free some space; gmewatchd goes on by itself. On a broken disk: stop it, copy the state directory to another, start it there.',
  },
};

const commitsSlow: Alert = {
  name: 'GmewatchCommitsSlow',
  severity: 'warning',
  expr: (say) => `${say.recorded(COMMIT)} > 1`,
  for: '10m',
  summary: (say) => `Commits of gmewatchd ${say.label('instance')} take up to ${say.value('duration')}`,
  description: () => 'The disk is slow. Acknowledgements wait for commits; when too much waits, batches are turned away.',
  dashboard: UID.daemon,
  panel: 'Commit',
  runbook: {
    meaning: 'One commit in a hundred takes longer than a second.',
    impact: 'Acknowledgements are late; under load batches are turned away as overloaded.',
    diagnosis: 'What else writes to the disk (iostat), and whether it is a network disk.',
    mitigation: 'Give the state directory a disk of its own.',
  },
};

const noCheckpoint: Alert = {
  name: 'GmewatchCheckpointFailing',
  severity: 'warning',
  expr: () =>
    'sum by (instance) (increase(gmewatch_checkpoints_total{result="failure"}[15m])) > 0' +
    ' unless on (instance) time() - gmewatch_checkpoint_last_success_timestamp_seconds < 600',
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} cannot save a checkpoint`,
  description: () => 'Checkpoints fail and none was saved for ten minutes. The log on disk grows, and the next start takes longer.',
  dashboard: UID.daemon,
  panel: 'Last checkpoint',
  runbook: {
    meaning: 'Checkpoints are tried and not saved.',
    impact: 'Nothing is lost: the log has everything. It grows until the disk is full.',
    diagnosis: 'The log of gmewatchd has the error; df on the state directory.',
    mitigation: 'Free some space, or mend the disk.',
  },
};

const reloadFailed: Alert = {
  name: 'GmewatchReloadFailed',
  severity: 'warning',
  expr: () => 'gmewatch_config_last_reload_successful == 0',
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} refused its new settings or catalogue`,
  description: () => 'The old ones stay in force. The log names file, line and column.',
  dashboard: UID.daemon,
  panel: 'What failed',
  runbook: {
    meaning: 'The last SIGHUP was refused: settings or catalogue have a fault.',
    impact: 'None now. A restart would fail.',
    diagnosis: 'gmewatchd --check_config --config=FILE names the fault.',
    mitigation: 'Correct the file and reload again.',
  },
};

const nearLimit = (what: string, name: string, beyond: string, panel: string): Alert => ({
  name,
  severity: 'warning',
  expr: () => `gmewatch_${what} / gmewatch_${what}_limit > 0.9`,
  for: '15m',
  summary: (say) => `gmewatchd ${say.label('instance')} has used ${say.value('share')} of limits.max_${what}`,
  description: () => beyond,
  dashboard: UID.daemon,
  panel,
  runbook: {
    meaning: `More than nine tenths of limits.max_${what} are used.`,
    impact: beyond,
    diagnosis: 'The Daemon dashboard shows how fast it grows. In open mode strangers can fill a table: list your apps in the settings.',
    mitigation: 'Raise the limit in the settings and reload (SIGHUP); deploy/gmewatchd.yaml says what it costs.',
  },
});

const restarts: Alert = {
  name: 'GmewatchRestarting',
  severity: 'warning',
  expr: () => 'changes(process_start_time_seconds[1h]) > 3 and on (instance, job) gmewatch_build_info',
  for: '0s',
  summary: (say) => `gmewatchd ${say.label('instance')} has started ${say.value('number')} times more in an hour`,
  description: () => 'It ends and is started again. No count is lost, but spikes are told late: it first looks a minute after a start.',
  dashboard: UID.daemon,
  panel: 'Running for',
  runbook: {
    meaning: 'gmewatchd has been started more than three times in an hour.',
    impact: 'Spikes are told late.',
    diagnosis: 'journalctl -u gmewatchd: the last lines before each start. Killed for its memory: dmesg.',
    mitigation: 'By cause. Where memory is short, lower limits.max_sessions or give it more.',
  },
};

const files: Alert = {
  name: 'GmewatchFilesNearLimit',
  severity: 'warning',
  expr: () => 'process_open_fds / process_max_fds > 0.9 and on (instance, job) gmewatch_build_info',
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} has used ${say.value('share')} of the files that it may open`,
  description: () => 'Each connection of a client is one. Beyond the limit clients cannot connect; they keep their counts and try again.',
  dashboard: UID.daemon,
  panel: 'Limits',
  runbook: {
    meaning: 'More than nine tenths of the open files that the system allows are used.',
    impact: 'Soon clients cannot connect. They keep their counts.',
    diagnosis: 'Streams on the Daemon dashboard: how many clients are connected.',
    mitigation: 'Raise LimitNOFILE in the unit and start gmewatchd again.',
  },
};

const notAnnotated: Alert = {
  name: 'GmewatchAnnotationsFailing',
  severity: 'warning',
  expr: () => 'sum by (instance) (increase(gmewatch_annotation_failures_total[5m])) > 0',
  for: '15m',
  summary: (say) => `gmewatchd ${say.label('instance')} cannot push spikes to Grafana`,
  description: () => 'It has failed for a quarter of an hour. Dashboards draw spikes from Prometheus all the same; the pushed annotations are missing.',
  dashboard: UID.daemon,
  panel: 'Annotations pushed to Grafana',
  runbook: {
    meaning: 'Requests to the annotations API of the Grafana in the settings fail again and again.',
    impact: 'Spikes are not annotated by gmewatchd. An hour after its end a spike is given up.',
    diagnosis: 'By reason, on the Daemon dashboard; deploy/README.md says what each means.',
    mitigation: 'no_token, unauthorized: a new token of the role Editor in the file. unreachable, timeout: annotations.grafana_url, the certificate, the network. Then reload (SIGHUP).',
  },
};

export const ALERTS_OF_DAEMON: Alert[] = [
  down, instanceDown, notReady, refusing, diskFull, commitsSlow, noCheckpoint, reloadFailed,
  nearLimit('sessions', 'GmewatchSessionsNearLimit', 'Beyond it batches of new sessions are turned away until old ones expire.', 'Limits'),
  nearLimit('app_regions', 'GmewatchAppRegionsNearLimit', 'Beyond it events are counted under the region other, then under the app other.', 'Limits'),
  restarts, files, notAnnotated,
];
export const RECORDINGS_OF_DAEMON = [REFUSED, COMMIT];
