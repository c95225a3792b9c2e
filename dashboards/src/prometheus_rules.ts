// The alerts as rules of Prometheus, from 2.42 on. What only another query knows stands in annotations, by `query`.
import { stringify } from 'yaml';
import { Alert, annotationsOf, Dialect, Format, GENERATED, Lookup, Recording } from './alerting';

const FORMATS: Record<Format, string> = {
  number: 'printf "%.3g"',
  share: 'humanizePercentage',
  duration: 'humanizeDuration',
};

// The template of a lookup whose first row is written as `shown`.
function withRow(lookup: Lookup, shown: string, missing: string): string {
  const values = lookup.labels.map((label) => `$labels.${label}`).join(' ');
  return `{{ with printf ${JSON.stringify(lookup.one)} ${values} | query }}{{ . | first | ${shown} }}{{ else }}${missing}{{ end }}`;
}

const PROMETHEUS: Dialect = {
  recorded: (record) => record.name,
  label: (name) => `{{ $labels.${name} }}`,
  value: (format) => `{{ $value | ${FORMATS[format]} }}`,
  lookup: (lookup, format) => withRow(lookup, `value | ${FORMATS[format]}`, '?'),
  lookupLabel: (lookup, label, missing) => withRow(lookup, `label "${label}"`, missing),
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
