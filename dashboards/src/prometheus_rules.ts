// The alerts as rules of Prometheus from 2.42 on. The result of another query gets into the annotations by the template
// function `query`.
import { stringify } from 'yaml';
import { Alert, annotationsOf, Dialect, GENERATED, Lookup, Recording, written } from './alerting';

// The template of a lookup; `row` formats its first row, which is `.` there.
function withRow(lookup: Lookup, row: string, missing: string): string {
  const values = lookup.labels.map((label) => `$labels.${label}`).join(' ');
  return `{{ with printf ${JSON.stringify(lookup.one)} ${values} | query }}${row}{{ else }}${missing}{{ end }}`;
}

const PROMETHEUS: Dialect = {
  recorded: (record) => record.name,
  label: (name) => `{{ $labels.${name} }}`,
  value: (format) => written('$value', format),
  lookup: (lookup, format) => withRow(lookup, `{{ $number := . | first | value }}${written('$number', format)}`, '?'),
  lookupFlag: (lookup, text) => withRow(lookup, `{{ if eq (. | first | value) 1.0 }}${text}{{ end }}`, ''),
  textOf: (lookup, text) => withRow(lookup, `{{ $number := . | first | value }}${text('$number')}`, ''),
  lookupLabel: (lookup, label, missing) => withRow(lookup, `{{ . | first | label "${label}" }}`, missing),
};

const ruleOf = (alert: Alert) => ({
  alert: alert.name,
  expr: alert.expr(PROMETHEUS),
  for: alert.for,
  ...(alert.keepFiringFor ? { keep_firing_for: alert.keepFiringFor } : {}),
  labels: { severity: alert.severity },
  annotations: annotationsOf(alert, PROMETHEUS),
});

const toYaml = (groups: object): string => GENERATED + stringify({ groups }, { lineWidth: 0 });

export function prometheusAlerts(groups: Record<string, Alert[]>): string {
  return toYaml(Object.entries(groups).map(([name, alerts]) => ({ name, rules: alerts.map(ruleOf) })));
}

export function prometheusRecordings(recordings: Recording[]): string {
  const rules = recordings.map(({ name, expr }) => ({ record: name, expr }));
  return toYaml([{ name: 'gmewatch-recording', rules }]);
}
