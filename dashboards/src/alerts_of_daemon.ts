// Alerts about gmewatchd itself.
import { Alert, Recording } from './alerting';
import { UID } from './links';

// The job of deploy/prometheus/prometheus.yml.
const JOB = 'job="gmewatch"';

// Without those who showed no key: anybody can send any number of them.
const TURNED_DOWN = 'sum by (instance) (rate(gmewatch_rejected_batches_total{reason!~"unauthenticated|permission_denied"}[5m]))';
const REJECTED: Recording = {
  name: 'instance:gmewatch_rejected_batches:ratio_rate5m',
  expr: `${TURNED_DOWN} / (sum by (instance) (rate(gmewatch_batches_total{result!="rejected"}[5m])) + ${TURNED_DOWN} > 0)`,
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
  summary: () => 'No gmewatchd answers: outages of voice chat are not detected',
  description: () => 'Prometheus has had no answer from any gmewatchd for a minute. Clients keep their counts for a day and send them later. Meanwhile no spike is detected.',
  dashboard: UID.daemon,
  panel: 'Ready',
  runbook: {
    meaning: 'Prometheus cannot scrape any gmewatchd of the job gmewatch.',
    impact: 'No spike is detected. No event is lost for a day: clients keep their counts and send them when gmewatchd is back.',
    diagnosis: 'systemctl status gmewatchd and journalctl -u gmewatchd on its machine; then the network between Prometheus and the admin port.',
    mitigation: 'Start it. If it does not start, the last line of its log names the file and line of a wrong setting, or the damaged part of its state.',
  },
};

const instanceDown: Alert = {
  name: 'GmewatchInstanceDown',
  severity: 'critical',
  expr: () => `up{${JOB}} == 0`,
  for: '2m',
  summary: (say) => `gmewatchd ${say.label('instance')} does not answer`,
  description: () => 'Other instances do. The clients of this one keep their counts for a day. Meanwhile none of their spikes is detected.',
  dashboard: UID.daemon,
  panel: 'Ready',
  runbook: { ...down.runbook, meaning: 'Prometheus cannot scrape one gmewatchd; the others answer.' },
};

const notReady: Alert = {
  name: 'GmewatchNotReady',
  severity: 'critical',
  expr: () => 'gmewatch_ready == 0',
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} has not been ready for five minutes`,
  description: () => 'It answers scrapes, but accepts no batches; a counter has not counted up to now. Clients keep their counts for a day.',
  dashboard: UID.daemon,
  panel: 'Ready',
  runbook: {
    meaning: 'gmewatchd runs, but takes no batches or no new clients: the log cannot be written, its own connections to the ingest port fail, or it is stopping. A front cannot write the shared log; a counter has not read it up to its end.',
    impact: 'No spike is detected. Clients keep their counts.',
    diagnosis: '/readyz and the log say why. If new connections are closed at once, descriptors are short: GmewatchFilesNearLimit.',
    mitigation: 'Remove the cause; a restart frees no disk. An ingest port that does not answer at all ends the process by itself, and the service starts it again.',
  },
};

const rejecting: Alert = {
  name: 'GmewatchRejecting',
  severity: 'critical',
  expr: (say) => `${say.recorded(REJECTED)} > 0.05`,
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} rejects ${say.value('share')} of the batches`,
  description: () => 'The Daemon dashboard shows the reasons. Events of rejected batches are not counted.',
  dashboard: UID.daemon,
  panel: 'Rejected batches',
  runbook: {
    meaning: 'More than 5 % of the batches are rejected. Those with the reasons unauthenticated and permission_denied are left out, since strangers can send any number of them.',
    impact: 'With the reasons invalid and series_full the events are not counted. With the other reasons clients keep them and retry.',
    diagnosis: 'See the reason. invalid: a client violates the protocol. quota: somebody sends more than quotas in the settings allows; the answer says whose quota. series_full: see GmewatchSeriesNearEnd. session_limit: limits.max_sessions is reached, or the share of an app. overloaded: commits are slow, or there is too much traffic. log_failed: the disk has failed.',
    mitigation: 'Correct the settings and reload (SIGHUP), raise the limit, or free disk space.',
  },
};

const commitsFail: Alert = {
  name: 'GmewatchCommitsFail',
  severity: 'critical',
  expr: () => 'sum by (instance) (increase(gmewatch_failed_commits_total[5m])) > 0',
  for: '1m',
  summary: (say) => `gmewatchd ${say.label('instance')} cannot write its log`,
  description: () => 'Commits fail: the disk of the state directory is full or broken, or another program keeps journal.db locked; /readyz says which. Batches are rejected; clients keep them and retry.',
  dashboard: UID.daemon,
  panel: 'Commits',
  runbook: {
    meaning: 'Commits cannot be written to the event log: the disk is full, read-only or broken, or another program keeps journal.db locked.',
    impact: 'Until the disk can be written, nothing is counted and no spike is detected. Clients keep their counts for a day.',
    diagnosis: '/readyz on the admin port and the log of gmewatchd have the system\'s error. Full: df on the state directory. Locked: fuser journal.db names the program.',
    mitigation: 'Free some space, or end the program that has the lock; gmewatchd then continues by itself. If the disk is broken, stop gmewatchd, copy the state directory to another disk, and start it there.',
  },
};

const commitsSlow: Alert = {
  name: 'GmewatchCommitsSlow',
  severity: 'warning',
  expr: (say) => `${say.recorded(COMMIT)} > 1`,
  for: '10m',
  summary: (say) => `Commits of gmewatchd ${say.label('instance')} take up to ${say.value('duration')}`,
  description: () => 'The disk is slow. Acknowledgements wait for commits; if too many bytes wait, batches are rejected.',
  dashboard: UID.daemon,
  panel: 'Commit',
  runbook: {
    meaning: '1 % of the commits take longer than a second.',
    impact: 'Acknowledgements are slow; under load batches are rejected as overloaded.',
    diagnosis: 'Check what else writes to the disk (iostat), and whether it is a network disk.',
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
  description: () => 'Checkpoints fail, and none was saved for ten minutes. The event log grows, and the next start takes longer.',
  dashboard: UID.daemon,
  panel: 'Last checkpoint',
  runbook: {
    meaning: 'Checkpoints cannot be saved.',
    impact: 'Nothing is lost: the event log has everything. It grows until the disk is full.',
    diagnosis: 'The log of gmewatchd has the error; df on the state directory.',
    mitigation: 'Free some space, or replace the disk.',
  },
};

const reloadFailed: Alert = {
  name: 'GmewatchReloadFailed',
  severity: 'warning',
  expr: () => 'gmewatch_config_last_reload_successful == 0',
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} rejected its new settings or catalogue`,
  description: () => 'The old ones remain in effect. The log names file, line and column of the error.',
  dashboard: UID.daemon,
  panel: 'Failures',
  runbook: {
    meaning: 'The last reload (SIGHUP) failed: the settings or the catalogue have an error.',
    impact: 'None yet. A restart would fail.',
    diagnosis: 'gmewatchd --check_config --config=FILE prints the error.',
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
    meaning: `More than 90 % of limits.max_${what} are used.`,
    impact: beyond,
    diagnosis: 'The Daemon dashboard shows how fast it grows. In open mode anybody can use up the limit: list your apps in the settings.',
    mitigation: 'Raise the limit in the settings and reload (SIGHUP); deploy/gmewatchd.yaml says what it costs.',
  },
});

const restarts: Alert = {
  name: 'GmewatchRestarting',
  severity: 'warning',
  expr: () => 'max_over_time(gmewatch_starts_total[1h]) - min_over_time(gmewatch_starts_total[1h]) > 3',
  for: '0s',
  summary: (say) => `gmewatchd ${say.label('instance')} has restarted ${say.value('number')} times in an hour`,
  description: () => 'It exits and is restarted. No count is lost, but spikes are detected late: the detector starts a minute after a start.',
  dashboard: UID.daemon,
  panel: 'Running for',
  runbook: {
    meaning: 'gmewatchd has been started more than three times in an hour.',
    impact: 'Spikes are detected late.',
    diagnosis: 'journalctl -u gmewatchd: the last lines before each start. If it was killed for lack of memory: dmesg.',
    mitigation: 'Depends on the cause. If memory is short, lower limits.max_sessions or add memory.',
  },
};

const files: Alert = {
  name: 'GmewatchFilesNearLimit',
  severity: 'warning',
  expr: () => 'process_open_fds / process_max_fds > 0.9 and on (instance, job) gmewatch_build_info',
  for: '5m',
  summary: (say) => `gmewatchd ${say.label('instance')} has used ${say.value('share')} of its open files limit`,
  description: () => 'Each client connection takes one. Beyond the limit clients cannot connect; they keep their counts and retry.',
  dashboard: UID.daemon,
  panel: 'Limits',
  runbook: {
    meaning: 'More than 90 % of the open files limit of the process are used.',
    impact: 'Soon clients cannot connect. They keep their counts.',
    diagnosis: 'Streams on the Daemon dashboard show how many clients are connected.',
    mitigation: 'Raise LimitNOFILE in the unit and restart gmewatchd.',
  },
};

const seriesNearEnd: Alert = {
  name: 'GmewatchSeriesNearEnd',
  severity: 'warning',
  // 2^48, a sixteenth of the end.
  expr: () => 'gmewatch_largest_series_events > 281474976710656',
  for: '5m',
  summary: (say) => `A series of gmewatchd ${say.label('instance')} has counted 2^48 events`,
  description: () => 'No game has so many: somebody forges counts. At 2^52, sixteen times as many, batches of the series are rejected.',
  dashboard: UID.daemon,
  panel: 'Rejected events',
  runbook: {
    meaning: 'One series has more events than real clients can have reported. Prometheus shows numbers up to 2^53 exactly.',
    impact: 'None yet. At 2^52 the batches with this series are rejected as series_full, and their events are lost.',
    diagnosis: 'topk(5, gme_error_events_total) and topk(5, gme_success_events_total) name the series; gme_sessions_total says from how many sessions.',
    mitigation: 'Change the key of the app, lower the quotas in the settings and reload (SIGHUP). Stop gmewatchd, run gmectl forget --app=APP --region=REGION --code=CODE --state_dir=DIR, and start it: the series begins again at zero.',
  },
};

const notAnnotated: Alert = {
  name: 'GmewatchAnnotationsFailing',
  severity: 'warning',
  expr: () => 'sum by (instance) (increase(gmewatch_annotation_failures_total[5m])) > 0',
  for: '15m',
  summary: (say) => `gmewatchd ${say.label('instance')} cannot push spikes to Grafana`,
  description: () => 'It has failed for 15 minutes. Dashboards still draw spikes from Prometheus; only the pushed annotations are missing.',
  dashboard: UID.daemon,
  panel: 'Annotations pushed to Grafana',
  runbook: {
    meaning: 'Requests to the annotations API of annotations.grafana_url keep failing.',
    impact: 'Spikes are not annotated by gmewatchd. It gives up a spike an hour after its end.',
    diagnosis: 'The Daemon dashboard shows the reasons; deploy/README.md explains them.',
    mitigation: 'no_token, unauthorized: put a new token with the role Editor into the file. unreachable, timeout: check annotations.grafana_url, the certificate and the network. Then reload (SIGHUP).',
  },
};

const sharedAddress: Alert = {
  name: 'GmewatchSharedAddress',
  severity: 'warning',
  expr: () => 'max by (instance) (gmewatch_danger{reason="shared_address"}) == 1',
  for: '5m',
  summary: (say) => `The clients of gmewatchd ${say.label('instance')} seem to have a few addresses only: outages look like retry loops`,
  description: () => 'More than half of the last 1,000 new sessions came from at most 31 addresses. If these are proxies, all players behind one count as one sender, and no outage of theirs is a spike.',
  dashboard: UID.daemon,
  panel: 'Sessions and streams',
  runbook: {
    meaning: 'Most new sessions come from a few public addresses.',
    impact: 'If they are proxies that ingest.fronts does not name, what happens to their players is reported as a retry loop, which pages nobody, and the players share the quota of one address.',
    diagnosis: 'The log of gmewatchd names the largest address and its share. Is it a load balancer or proxy of yours?',
    mitigation: 'Add it to ingest.fronts, let it write x-forwarded-for as deploy/haproxy/haproxy.cfg does, and reload (SIGHUP). If it is not yours, somebody makes sessions up there: lower quotas.address_sessions_per_second, or block the address.',
  },
};

export const ALERTS_OF_DAEMON: Alert[] = [
  down, instanceDown, notReady, rejecting, commitsFail, commitsSlow, noCheckpoint, reloadFailed,
  nearLimit('sessions', 'GmewatchSessionsNearLimit', 'Beyond it batches of new sessions are rejected until old ones expire.', 'Limits'),
  nearLimit('app_regions', 'GmewatchAppRegionsNearLimit', 'Beyond it events are counted with the region "other", then with the app "other".', 'Limits'),
  restarts, files, seriesNearEnd, notAnnotated, sharedAddress,
];
export const RECORDINGS_OF_DAEMON = [REJECTED, COMMIT];
