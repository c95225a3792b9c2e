// Alerts about the errors of the clients. Their labels are code, name, category, region, app, the instance of gmewatchd that
// found it and the id of the incident, by which messages are grouped. A text is never a label: labels are an alert's identity,
// so a corrected text would fire it again.
import { Alert, Dialect, LIKELY_CAUSE, Lookup, runbookOf, Severity, written } from './alerting';
import { stoppedSteps } from './catalog';
import { UID } from './links';
import { NAMES, named, NO_FIX, ofActiveSpikes, ofSpikes, withFix, withIncident } from './promql';

const ofSpike = (name: string, factor: string, family: string): Lookup => ({
  name,
  all: `${factor}${ofSpikes(family, {})}`,
  one: `${factor}max(${family}{instance=%q,code=%q,region=%q,app=%q})`,
  labels: ['instance', 'code', 'region', 'app'],
});
const EXPECTED = ofSpike('Expected', '60 * ', 'gme_spike_expected_rate');
const SHARE = ofSpike('Share', '', 'gme_spike_operations_share');
const TRAFFIC = ofSpike('Traffic', '', 'gme_spike_traffic_ratio');
const SESSIONS = ofSpike('Sessions', '', 'gme_spike_sessions');
const NEW_SESSIONS = ofSpike('NewSessions', '', 'gme_spike_new_sessions');
const ADDRESSES = ofSpike('Addresses', '', 'gme_spike_addresses');

// gmewatchd counts up to 266.
const senders = (value: string, one: string, many: string): string =>
  `${written(value, 'number')} {{ if gt ${value} 265.5 }}or more {{ end }}{{ if eq ${value} 1.0 }}${one}{{ else }}${many}{{ end }}`;

// What speaks for the spike beside its rates, and what was ruled out. Rates wander by some 30 %.
const why = (say: Dialect): string =>
  say.textOf(SHARE, (value) => `${written(value, 'share')} of the operations there end with it. `) +
  say.textOf(
    TRAFFIC,
    (value) =>
      `{{ if gt ${value} 1.4 }}Traffic is ${written(value, 'number')} times the usual, errors are more than that explains. ` +
      `{{ else if lt ${value} 0.7 }}Traffic is down to ${written(value, 'share')} of the usual. {{ else }}Traffic is as usual. {{ end }}`,
  ) +
  say.textOf(SESSIONS, (value) => senders(value, 'session', 'sessions')) +
  say.textOf(NEW_SESSIONS, (value) => `, ${senders(value, 'new', 'new')}`) +
  say.textOf(ADDRESSES, (value) => `, ${senders(value, 'address', 'addresses')}`) +
  say.textOf(SESSIONS, () => '. ');

const CAUSE = ofSpike('Cause', '', 'gme_spike_likely_cause');

// For codes without a page of their own.
const SPIKE_RUNBOOK = runbookOf('GmeErrorSpike');
const LOOP_RUNBOOK = runbookOf('GmeRetryLoop');

// The fix for each row of `expr`, which has the labels of the alert except the name.
const fixOf = (expr: string, noRunbook: string): Lookup => ({
  name: 'Fix',
  all: withFix(expr, noRunbook),
  one: 'topk(1, gme_error_code_solution_info{code=%q})',
  labels: ['code'],
});
const SPIKE_FIX = fixOf(withIncident(ofSpikes('gme_spike_active', {})), SPIKE_RUNBOOK);
const LOOP_FIX = fixOf(ofSpikes('gme_retry_loop_active', {}), LOOP_RUNBOOK);

const RATE = withIncident(`60 * ${ofActiveSpikes('gme_spike_observed_rate', {})}`);

// A code that is documented as an error is critical; one that is documented as a warning, or not at all, is a warning. Benign
// codes raise no alert.
const OF_ERRORS = `(${RATE} and on (code) gme_error_code_info{severity="error"}) * on (code) group_left (name) ${NAMES}`;
const OF_OTHERS = named(`${RATE} unless on (code) gme_error_code_info{severity=~"error|benign"}`);

const spike = (severity: Severity, expr: string): Alert => ({
  name: 'GmeErrorSpike',
  severity,
  expr: () => expr,
  for: '30s',
  // Bridges a restart of gmewatchd, and the time until GmewatchDown inhibits a false resolve.
  keepFiringFor: '3m',
  lookups: [EXPECTED, SPIKE_FIX, CAUSE, SHARE, TRAFFIC, SESSIONS, NEW_SESSIONS, ADDRESSES],
  summary: (say) =>
    `${say.label('code')} ${say.label('name')} rises in region ${say.label('region')}, app ${say.label('app')}: ` +
    `${say.value('number')} a minute, ${say.lookup(EXPECTED, 'number')} expected at this hour`,
  solution: (say) => say.lookupLabel(SPIKE_FIX, 'solution', NO_FIX),
  description: (say) =>
    `${why(say)}Found by gmewatchd ${say.label('instance')}. Region or app is "all" if the code rises in all of them.`,
  runbookUrl: (say) => say.lookupLabel(SPIKE_FIX, 'runbook_url', SPIKE_RUNBOOK),
  likelyCause: (say) => say.lookupFlag(CAUSE, LIKELY_CAUSE),
  dashboard: UID.overview,
  panel: 'Spikes now: what to do',
  runbook: {
    meaning: 'Several players report a code far more often than its baseline predicts. The alert has the solution from the GME documentation.',
    impact: 'Depends on the code: see its page on gmewatchd (the alert\'s runbook_url). Codes that rise together are one incident.',
    diagnosis: 'The alert says how many sessions report it and from how many addresses; mostly new sessions from few addresses may be made up. The Code dashboard shows who is affected: region, app, share of the sessions. The Overview shows which other codes rise; check the code of network, credentials or configuration first, because it is the likely cause of the others.',
    mitigation: 'Apply the documented solution in the alert.',
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
    'For ten minutes very few players, or the players of very few addresses, have reported the code far more often than expected. ' +
    'This is not an outage: a client retries without waiting, or somebody makes it up.',
  runbookUrl: (say) => say.lookupLabel(LOOP_FIX, 'runbook_url', LOOP_RUNBOOK),
  dashboard: UID.overview,
  panel: 'Retry loops',
  runbook: {
    meaning: 'Very few players report a code far more often than expected, or many of one address: it is one player, one network, or made up.',
    impact: 'These players have no voice, and their retries load GME. Nobody else is affected.',
    diagnosis: 'The Code dashboard shows the region and the app.',
    mitigation: 'Apply the documented solution to these clients, and make the game wait longer after each failure.',
  },
};

// The labels of a stop; platform and version are empty if all reports of a place have stopped.
const SILENCE = 'instance, region, app, platform, app_version';

const USUAL: Lookup = {
  name: 'Usual',
  all: `60 * max by (${SILENCE}) (gme_reports_usual_rate)`,
  one: '60 * max(gme_reports_usual_rate{instance=%q,region=%q,app=%q,platform=%q,app_version=%q})',
  labels: ['instance', 'region', 'app', 'platform', 'app_version'],
};

const stopped: Alert = {
  name: 'GmeReportsStopped',
  severity: 'critical',
  expr: () => `max by (${SILENCE}) (gme_reports_stopped) == 1`,
  // A restart of a proxy takes clients less than this.
  for: '1m',
  keepFiringFor: '3m',
  lookups: [USUAL],
  summary: (say) =>
    `No reports from region ${say.label('region')}, app ${say.label('app')}` +
    `{{ if $labels.platform }}, platform ${say.label('platform')}, version ${say.label('app_version')}{{ end }}: ${say.lookup(USUAL, 'number')} a minute are usual`,
  description: () =>
    'Reports have stopped, or nearly all of them: outages there are not detected. "all" stands for all regions, apps, platforms or versions.',
  dashboard: UID.daemon,
  panel: 'Batches',
  runbook: {
    meaning: 'A place, or a version of the game on a platform, that usually has many reports at this time has none, or nearly none. gmewatchd itself takes batches.',
    impact: 'Unknown: voice may work, but nobody would hear of an outage. Clients that cannot reach gmewatchd keep their counts for a day.',
    diagnosis: stoppedSteps().join(' '),
    mitigation: 'Bring back what is in the way: roll back the release, repair the proxy, the name, the certificate, the rule of the firewall or the settings. The alert ends a minute after reports come again. If the place was closed for good, it ends after a day.',
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
    `Clients report that they lost ${say.value('share')} of their events. Lost events are not in any other count, ` +
    'so the real rates are higher than the ones shown.',
  dashboard: UID.daemon,
  panel: 'Lost events',
  runbook: {
    meaning: 'Clients report that they lost more than 1 % of their events, in one region of an app.',
    impact: 'The counts of this region and app are too low.',
    diagnosis: 'The Daemon dashboard shows the reasons. Clients that cannot reach gmewatchd give up their events after a day. Others report more codes at once than a client keeps.',
    mitigation: 'Make sure that clients of this region reach gmewatchd: its address, the proxy in front of it, the network. If they do, the game reports more than it should.',
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
  description: () => 'Late events are counted, but not used to detect spikes: a spike there is detected late or not at all.',
  dashboard: UID.daemon,
  panel: 'Late events',
  runbook: {
    meaning: 'For half an hour more than 30 % of the errors of a region of an app were older than ten minutes on arrival.',
    impact: 'Spikes of this region and app may be missed.',
    diagnosis: 'After an outage of gmewatchd or of the network, clients send the events that they kept; then the alert resolves by itself. Otherwise clients send too rarely, or their clocks are wrong.',
    mitigation: 'Wait, or shorten the flush interval of the clients.',
  },
};

const undocumented: Alert = {
  name: 'GmeUndocumentedCode',
  severity: 'info',
  expr: () => 'sum by (code) (increase(gme_error_events_total{category="unknown"}[1h])) > 10',
  for: '15m',
  summary: (say) => `Clients report ${say.label('code')}, which is not in the catalogue`,
  description: (say) => `${say.value('number')} events in an hour. It has no documented solution.`,
  dashboard: UID.overview,
  panel: 'Top codes',
  runbook: {
    meaning: 'Clients report a code that the catalogue does not have. The code "other" stands for codes beyond the limit of undocumented ones.',
    impact: 'Its alerts and pages have no solution.',
    diagnosis: 'A newer SDK may have new codes, or a game reports numbers that are not GME codes.',
    mitigation: 'Add the code to the catalogue (gmewatchd --catalog=FILE, then SIGHUP), or fix the game.',
  },
};

export const ALERTS_OF_CODES: Alert[] = [spike('critical', OF_ERRORS), spike('warning', OF_OTHERS), stopped, retryLoop, clientsLose, late, undocumented];
export const RECORDINGS_OF_CODES = [LOST, LATE];
