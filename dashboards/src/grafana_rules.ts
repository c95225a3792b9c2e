// The same alerts for those who let Grafana evaluate them: provisioning files from Grafana 9.4 on.
//
// Grafana's templates cannot query, but every query of a rule whose labels contain those of the alert is at hand in
// `$values`. So the documented solution comes as a label of the query Fix, which the condition does not use: it reaches the
// annotations and never the labels of the alert.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { stringify } from 'yaml';
import { Alert, annotationsOf, Dialect, Format, GENERATED, written } from './alerting';

// As provisioning/datasources.yaml has it. Rules know no dashboard variables.
export const DATASOURCE_UID = 'gmewatch-prometheus';
const INTERVAL = '30s';

// Without data Grafana writes the texts too, to nobody, and logs what is not there as an error.
const withValue = (query: string, format: Format): string => `{{ with $values.${query} }}${written('.Value', format)}{{ else }}?{{ end }}`;

const GRAFANA: Dialect = {
  recorded: (record) => `(${record.expr})`,
  label: (name) => `{{ $labels.${name} }}`,
  value: (format) => withValue('Value', format),
  lookup: (lookup, format) => withValue(lookup.name, format),
  lookupLabel: (lookup, label) => `{{ $values.${lookup.name}.Labels.${label} }}`,
};

const query = (refId: string, expr: string) => ({
  refId,
  relativeTimeRange: { from: 600, to: 0 },
  datasourceUid: DATASOURCE_UID,
  model: { refId, expr, instant: true, range: false },
});

// Fires for every row of Value, whatever its number: the threshold is in the expression, as in Prometheus.
const CONDITION = {
  refId: 'Condition',
  relativeTimeRange: { from: 0, to: 0 },
  datasourceUid: '__expr__',
  model: { refId: 'Condition', type: 'math', expression: 'is_number($Value)' },
};

function panelId(dashboards: dashboard.Dashboard[], alert: Alert): number {
  const panels = dashboards.find((one) => one.uid === alert.dashboard)?.panels ?? [];
  const panel = panels.find((one) => one.title === alert.panel);
  if (panel?.id === undefined) throw new Error(`${alert.name}: ${alert.dashboard} has no panel "${alert.panel}"`);
  return panel.id;
}

const uidOf = (alert: Alert): string =>
  `${alert.name.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase()}${alert.name === 'GmeErrorSpike' ? `-${alert.severity}` : ''}`;

// Where a message links to. Grafana 9 knows the panel by the annotations, later ones by the fields too.
function panelOf(alert: Alert, dashboards: dashboard.Dashboard[]) {
  const id = panelId(dashboards, alert);
  return {
    fields: { dashboardUid: alert.dashboard, panelId: id },
    annotations: { __dashboardUid__: alert.dashboard, __panelId__: String(id) },
  };
}

const ruleOf = (alert: Alert, dashboards: dashboard.Dashboard[]) => ({
  uid: uidOf(alert),
  title: alert.name === 'GmeErrorSpike' ? `${alert.name} (${alert.severity})` : alert.name,
  condition: 'Condition',
  data: [
    query('Value', alert.expr(GRAFANA)),
    ...(alert.lookups ?? []).map((lookup) => query(lookup.name, lookup.all)),
    CONDITION,
  ],
  for: alert.for,
  // From 12.2 on; an older Grafana passes over it.
  ...(alert.keepFiringFor ? { keepFiringFor: alert.keepFiringFor } : {}),
  noDataState: 'OK',
  execErrState: 'Error',
  ...panelOf(alert, dashboards).fields,
  labels: { severity: alert.severity },
  annotations: { ...annotationsOf(alert, GRAFANA), ...panelOf(alert, dashboards).annotations },
});

export function grafanaAlerts(groups: Record<string, Alert[]>, dashboards: dashboard.Dashboard[]): string {
  const written = Object.entries(groups).map(([name, alerts]) => ({
    orgId: 1,
    name,
    folder: 'GME',
    interval: INTERVAL,
    rules: alerts.map((alert) => ruleOf(alert, dashboards)),
  }));
  return GENERATED + stringify({ apiVersion: 1, groups: written }, { lineWidth: 0, aliasDuplicateObjects: false });
}
