// The alerts as rules that Grafana evaluates: a provisioning file for Grafana from 9.4 on.
//
// Grafana's templates cannot query, but `$values` has every query of the rule whose labels contain those of the alert. So the
// documented solution is a label of the query Fix, which the condition does not use: it gets into the annotations and never
// into the labels of the alert.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { stringify } from 'yaml';
import { Alert, annotationsOf, Dialect, Format, GENERATED, written } from './alerting';

// The uid in provisioning/datasources.yaml. Rules cannot use dashboard variables.
export const DATASOURCE_UID = 'gmewatch-prometheus';
const INTERVAL = '30s';

// Without data Grafana renders the texts as well, though nobody gets them, and logs every missing value as an error.
const withValue = (query: string, format: Format): string => `{{ with $values.${query} }}${written('.Value', format)}{{ else }}?{{ end }}`;

const GRAFANA: Dialect = {
  recorded: (record) => `(${record.expr})`,
  label: (name) => `{{ $labels.${name} }}`,
  value: (format) => withValue('Value', format),
  lookup: (lookup, format) => withValue(lookup.name, format),
  lookupFlag: (lookup, text) => `{{ with $values.${lookup.name} }}{{ if eq .Value 1.0 }}${text}{{ end }}{{ end }}`,
  textOf: (lookup, text) => `{{ with $values.${lookup.name} }}${text('.Value')}{{ end }}`,
  lookupLabel: (lookup, label) => `{{ $values.${lookup.name}.Labels.${label} }}`,
};

const query = (refId: string, expr: string) => ({
  refId,
  relativeTimeRange: { from: 600, to: 0 },
  datasourceUid: DATASOURCE_UID,
  model: { refId, expr, instant: true, range: false },
});

// Fires for every row of Value, with any value: the threshold is in the expression, as in Prometheus.
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

// The panel that a message links to. Grafana 9 takes it from the annotations, later versions from the fields too.
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
  // Known from Grafana 12.2 on; older ones ignore it.
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
