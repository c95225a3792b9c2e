// Alerts about fronts and counters. Without them their series are absent and none fires.
import { Alert } from './alerting';
import { UID } from './links';

// The jobs of deploy/prometheus/cluster.yml: each front, and each counter's page about itself.
const FRONTS = 'job="gmewatch-front"';
const COUNTERS = 'job="gmewatch-counter"';

const noFront: Alert = {
  name: 'GmewatchNoFront',
  severity: 'critical',
  expr: () => `count(up{${FRONTS}}) unless count(up{${FRONTS}} == 1)`,
  for: '1m',
  summary: () => 'No front answers: clients cannot report',
  description: () => 'Prometheus has had no answer from any front for a minute. Clients keep their counts for a day and send them later. Meanwhile no spike is detected.',
  dashboard: UID.daemon,
  panel: 'Fronts and counters',
  runbook: {
    meaning: 'Prometheus cannot scrape any front of the job gmewatch-front.',
    impact: 'Nothing is counted and no spike is detected. No event is lost for a day: clients keep their counts.',
    diagnosis: 'The log of a front. One that ends at once names what is wrong with its settings or with the topic.',
    mitigation: 'Start one. If the topic was altered, gmectl log check says how, and the log of the front what to do.',
  },
};

const oneDown = (what: string, name: string, job: string, impact: string): Alert => ({
  name,
  severity: 'warning',
  expr: () => `up{${job}} == 0`,
  for: '5m',
  summary: (say) => `The ${what} ${say.label('instance')} does not answer`,
  description: () => impact,
  dashboard: UID.daemon,
  panel: 'Fronts and counters',
  runbook: {
    meaning: `Prometheus cannot scrape one ${what}.`,
    impact,
    diagnosis: `The log of that ${what}; then the network between Prometheus and its admin port.`,
    mitigation: 'Start it again, here or on another machine.',
  },
});

const lanesStalled: Alert = {
  name: 'GmewatchLogStalled',
  severity: 'critical',
  expr: () => 'max(gmewatch_lanes_stalled) > 0 or max(gmewatch_log_behind_seconds) > 60',
  for: '1m',
  summary: () => 'The shared log does not answer: reports wait, and counts stand still',
  description: () => 'A front cannot write a partition of the log, or a counter cannot read what was acknowledged. Scrapes of counts get 503. Clients keep their counts for a day.',
  dashboard: UID.daemon,
  panel: 'Lanes that cannot write',
  runbook: {
    meaning: 'A partition could not be written for ten seconds (gmewatch_lanes_stalled), or a counter has not counted what was acknowledged a minute ago (gmewatch_log_behind_seconds).',
    impact: 'The sessions of that partition cannot report; clients keep their counts. Prometheus gets no counts while one partition does not answer, since they would be too low, and no spike is detected.',
    diagnosis: 'Which brokers are down, and which partitions have fewer replicas in sync than min.insync.replicas? The log of a front or counter has the error of the brokers. Only one counter is behind: its CPU or its network.',
    mitigation: 'Bring the brokers back; fronts and counters go on by themselves. Do not let Kafka elect a leader that is not in sync (unclean.leader.election.enable): that loses acknowledged batches.',
  },
};

const mismatch: Alert = {
  name: 'GmewatchReplicaMismatch',
  severity: 'critical',
  expr: () => 'gmewatch_replica_mismatch_total > 0',
  for: '0s',
  summary: (say) => `Two counters have counted the same records differently, says ${say.label('instance')}`,
  description: () => 'One of them is wrong. Until it is known which, do not trust a change of the numbers when the proxy asks the other one.',
  dashboard: UID.daemon,
  panel: 'Fronts and counters',
  runbook: {
    meaning: 'A counter has written in the log what it had counted of a partition at a record, and this one had counted something else.',
    impact: 'The numbers of the two differ. When the proxy changes from one to the other, increase() is wrong once.',
    diagnosis: 'Compare version (gmewatch_build_info) and settings of the two; session_horizon must be the same. If they are, one has a fault or a damaged state: gmectl state backup of both, for a report.',
    mitigation: 'A third counter with an empty state directory counts the log from its begin; who agrees with it is right, while the log still has its begin. Give the other one the state of the right one (gmectl state copy) and start it.',
  },
};

const retention: Alert = {
  name: 'GmewatchRetentionShort',
  severity: 'warning',
  expr: () => 'gmewatch_log_retention_left_seconds < 4 * 3600',
  for: '10m',
  summary: (say) => `If the counter ${say.label('instance')} ends now, it must be back within ${say.value('duration')}`,
  description: () => 'Then the log deletes records that it has not saved yet.',
  dashboard: UID.daemon,
  panel: 'Log kept for',
  runbook: {
    meaning: 'The log keeps the records after the counter\'s last checkpoint for less than four hours more.',
    impact: 'None yet. A counter whose records are deleted does not start again from its state; it needs that of another counter.',
    diagnosis: 'Are checkpoints saved (GmewatchCheckpointFailing)? Is the counter far behind (gmewatch_log_behind_seconds)? Else the topic\'s retention is short: gmectl log check, and kafka-configs for retention.ms and retention.bytes.',
    mitigation: 'Raise the topic\'s retention; 72 h leave a weekend to repair a counter.',
  },
};

export const ALERTS_OF_CLUSTER: Alert[] = [
  noFront,
  oneDown('front', 'GmewatchFrontDown', FRONTS, 'The other fronts take its clients; while it is down they have its load.'),
  oneDown('counter', 'GmewatchCounterDown', COUNTERS, 'The other counter answers. If that one is lost too, nobody sees the counts and no spike is detected until one is back.'),
  lanesStalled, mismatch, retention,
];
