// Alerts about what the clients meet. Their labels are code, name, category, region, app and the number of the incident, by
// which messages are grouped, and never a text: a label is part of an alert's identity, so a corrected text would fire it anew.
import { Alert, Lookup, runbookOf, Severity } from './alerting';
import { UID } from './links';
import { NAMES, named, NO_FIX, ofActiveSpikes, ofSpikes, withFix, withIncident } from './promql';

const EXPECTED: Lookup = {
  name: 'Expected',
  all: `60 * ${ofSpikes('gme_spike_expected_rate', {})}`,
  one: '60 * max(gme_spike_expected_rate{code=%q,region=%q,app=%q})',
  labels: ['code', 'region', 'app'],
};

// Where a code has no page of its own.
const SPIKE_RUNBOOK = runbookOf('GmeErrorSpike');
const LOOP_RUNBOOK = runbookOf('GmeRetryLoop');

// The fix of each row of `expr`, whose labels are those of the alert but for the name.
const fixOf = (expr: string, noRunbook: string): Lookup => ({
  name: 'Fix',
  all: withFix(expr, noRunbook),
  one: 'topk(1, gme_error_code_solution_info{code=%q})',
  labels: ['code'],
});
const SPIKE_FIX = fixOf(withIncident(ofSpikes('gme_spike_active', {})), SPIKE_RUNBOOK);
const LOOP_FIX = fixOf(ofSpikes('gme_retry_loop_active', {}), LOOP_RUNBOOK);

const RATE = withIncident(`60 * ${ofActiveSpikes('gme_spike_observed_rate', {})}`);

// A code that is documented as an error wakes somebody, one that is documented as a warning or not at all does not; benign
// codes raise nothing, whatever a detector says.
const OF_ERRORS = `(${RATE} and on (code) gme_error_code_info{severity="error"}) * on (code) group_left (name) ${NAMES}`;
const OF_OTHERS = named(`${RATE} unless on (code) gme_error_code_info{severity=~"error|benign"}`);

const spike = (severity: Severity, expr: string): Alert => ({
  name: 'GmeErrorSpike',
  severity,
  expr: () => expr,
  for: '30s',
  // Over a restart of gmewatchd, and until GmewatchDown holds back a false all-clear.
  keepFiringFor: '3m',
  lookups: [EXPECTED, SPIKE_FIX],
  summary: (say) =>
    `${say.label('code')} ${say.label('name')} rises in region ${say.label('region')}, app ${say.label('app')}: ` +
    `${say.value('number')} a minute, ${say.lookup(EXPECTED, 'number')} expected`,
  solution: (say) => say.lookupLabel(SPIKE_FIX, 'solution', NO_FIX),
  description: () => 'Clients report it more often than its past explains. Region or app is "all" where the whole of it rises.',
  runbookUrl: (say) => say.lookupLabel(SPIKE_FIX, 'runbook_url', SPIKE_RUNBOOK),
  dashboard: UID.overview,
  panel: 'Spikes now: what to do',
  runbook: {
    meaning: 'A code is reported far more often than its past explains, by several sessions. The alert carries the solution that the GME documentation gives for it.',
    impact: 'Depends on the code: its page on gmewatchd (the alert\'s runbook_url) says. Codes that rise together are one incident.',
    diagnosis: 'The Code dashboard says who is hit: region, app, share of the sessions. The Overview shows what else rises; look at the code of network, credentials or configuration first, since it is the likely cause of the others.',
    mitigation: 'The documented solution in the alert.',
  },
});

const retryLoop: Alert = {
  name: 'GmeRetryLoop',
  severity: 'warning',
  expr: () => named(`${ofSpikes('gme_retry_loop_active', {})} == 1 unless on (code) gme_error_code_info{severity="benign"}`),
  for: '10m',
  lookups: [LOOP_FIX],
  summary: (say) => `Very few sessions repeat ${say.label('code')} ${say.label('name')} in region ${say.label('region')}, app ${say.label('app')}`,
  solution: (say) => say.lookupLabel(LOOP_FIX, 'solution', NO_FIX),
  description: () =>
    'One to a few sessions have reported the code far more often than is usual for ten minutes. It is no outage: a client ' +
    'tries the same again and again without waiting.',
  runbookUrl: (say) => say.lookupLabel(LOOP_FIX, 'runbook_url', LOOP_RUNBOOK),
  dashboard: UID.overview,
  panel: 'Retry loops',
  runbook: {
    meaning: 'Very few sessions report a code far more often than is usual.',
    impact: 'These sessions have no voice, and their retries load GME. Nobody else is hit.',
    diagnosis: 'The Code dashboard says in which region and app.',
    mitigation: 'The documented solution for these clients; and have the game wait longer after each failure.',
  },
};

const LOST = {
  name: 'region_app:gme_client_lost_events:ratio_rate15m',
  expr:
    'sum by (region, app) (rate(gme_client_lost_events_total[15m])) / (sum by (region, app) (rate(gme_client_lost_events_total[15m]))' +
    ' + sum by (region, app) (rate(gme_error_events_total[15m])) + sum by (region, app) (rate(gme_success_events_total[15m])))',
};

const clientsLose: Alert = {
  name: 'GmeClientsLosingEvents',
  severity: 'warning',
  expr: (say) => `${say.recorded(LOST)} > 0.01`,
  for: '10m',
  summary: (say) => `Clients of ${say.label('app')} in region ${say.label('region')} lose ${say.value('share')} of their events`,
  description: (say) =>
    `Clients say that they could not keep ${say.value('share')} of what they wanted to report. These events are in no other ` +
    'number, so the real rates are higher than the ones shown.',
  dashboard: UID.daemon,
  panel: 'What clients lost',
  runbook: {
    meaning: 'Clients say that they lost more than one event in a hundred in a region of an app.',
    impact: 'The counts of this region and app are too low.',
    diagnosis: 'The Daemon dashboard shows the reasons. Clients that cannot reach gmewatchd give up after a day; others report more codes at once than a client keeps.',
    mitigation: 'See that clients of this region reach gmewatchd: its address, the proxy before it, the network. Where they do, the game reports more than it should.',
  },
};

const LATE = {
  name: 'region_app:gme_error_late_events:ratio_rate15m',
  expr: 'sum by (region, app) (rate(gme_error_late_events_total[15m])) / (sum by (region, app) (rate(gme_error_events_total[15m])) > 0)',
};

const late: Alert = {
  name: 'GmeLateEvents',
  severity: 'info',
  expr: (say) => `${say.recorded(LATE)} > 0.3`,
  for: '30m',
  summary: (say) => `${say.value('share')} of the errors of ${say.label('app')} in region ${say.label('region')} arrive more than ten minutes late`,
  description: () => 'Late events are counted, but no spike is told of them: a rise there would be seen late or not at all.',
  dashboard: UID.daemon,
  panel: 'Late events',
  runbook: {
    meaning: 'More than three errors in ten of a region of an app were older than ten minutes on arrival, for half an hour.',
    impact: 'Spikes of this region and app may be missed.',
    diagnosis: 'After an outage of gmewatchd or of the network clients bring what they kept: then it passes. If it stays, clients send too rarely or their clocks are wrong.',
    mitigation: 'Wait, or shorten the flush interval of the clients.',
  },
};

const undocumented: Alert = {
  name: 'GmeUndocumentedCode',
  severity: 'info',
  expr: () => 'sum by (code) (increase(gme_error_events_total{category="unknown"}[1h])) > 10',
  for: '15m',
  summary: (say) => `Clients report ${say.label('code')}, which is not in the catalogue`,
  description: (say) => `${say.value('number')} events in an hour. There is no documented solution at hand for it.`,
  dashboard: UID.overview,
  panel: 'Top codes',
  runbook: {
    meaning: 'Clients report a code that the catalogue does not have; other means that there are more of them than gmewatchd tells apart.',
    impact: 'Nobody is told what to do about it.',
    diagnosis: 'A newer SDK may have new codes, or a game reports numbers that are no GME codes.',
    mitigation: 'Add the code to the catalogue (gmewatchd --catalog=FILE, then SIGHUP), or mend the game.',
  },
};

export const ALERTS_OF_CODES: Alert[] = [spike('critical', OF_ERRORS), spike('warning', OF_OTHERS), retryLoop, clientsLose, late, undocumented];
export const RECORDINGS_OF_CODES = [LOST, LATE];
