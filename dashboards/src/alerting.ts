// An alert, independent of Prometheus and Grafana, which write the same rule in different forms.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// How Prometheus or Grafana writes what is known only when the alert fires.
export interface Dialect {
  // The result of a recording rule: by its name, or as its expression.
  recorded(record: Recording): string;
  label(name: string): string;
  // The value of the expression.
  value(format: Format): string;
  // The value or a label of another query of the alert, for the same labels.
  lookup(lookup: Lookup, format: Format): string;
  lookupLabel(lookup: Lookup, label: string, missing: string): string;
  // `text` if the value of another query is 1.
  lookupFlag(lookup: Lookup, text: string): string;
  // A text with the value of a lookup, a number in the template; nothing if it has none.
  textOf(lookup: Lookup, text: (value: string) => string): string;
}

export type Format = 'number' | 'share' | 'duration';

// The template that formats `value`, a variable of a template: 8.8 or 1,110 or 1,234,567; 12.5%; 1.5s. Prometheus and Grafana
// both have these functions.
export function written(value: string, format: Format): string {
  if (format === 'share') return `{{ humanizePercentage ${value} }}`;
  if (format === 'duration') return `{{ humanizeDuration ${value} }}`;
  const withTenths = `printf "%.1f" ${value} | reReplaceAll "[.]0$" ""`;
  const inThousands = `printf "%.0f" ${value} | reReplaceAll "([0-9])([0-9]{3})$" "$1,$2" | reReplaceAll "([0-9])([0-9]{3})," "$1,$2,"`;
  return `{{ if lt ${value} 9.95 }}{{ ${withTenths} }}{{ else }}{{ ${inThousands} }}{{ end }}`;
}

export interface Recording {
  name: string;
  expr: string;
}

// Another query of the alert. Grafana runs `all` and takes the row with the labels of the alert; a template of Prometheus
// runs `one`, in which each %q is replaced by the value of a label of `labels`.
export interface Lookup {
  name: string;
  all: string;
  one: string;
  labels: string[];
}

export type Severity = 'critical' | 'warning' | 'info';

export interface Alert {
  name: string;
  severity: Severity;
  expr(dialect: Dialect): string;
  for: string;
  // The alert keeps firing for this long after the expression is no longer true.
  keepFiringFor?: string;
  lookups?: Lookup[];
  summary(dialect: Dialect): string;
  description(dialect: Dialect): string;
  // The documented solution and its runbook if the alert is about a code; otherwise the runbook below.
  solution?(dialect: Dialect): string;
  runbookUrl?(dialect: Dialect): string;
  // LIKELY_CAUSE if its fix comes first in a message.
  likelyCause?(dialect: Dialect): string;
  // The panel that shows it: a dashboard and the title of the panel.
  dashboard: string;
  panel: string;
  runbook: Runbook;
}

// A runbook entry in the common form.
export interface Runbook {
  meaning: string;
  impact: string;
  diagnosis: string;
  mitigation: string;
}

// The URL of people's copy of dashboards/runbook.md; dashboards/set_runbook writes this file.
const RUNBOOK = readFileSync(join(__dirname, '../../runbook_url'), 'utf8').trim();

export const runbookOf = (name: string): string => `${RUNBOOK}#${name.toLowerCase()}`;

export const runbookUrl = (alert: Alert, dialect: Dialect): string =>
  alert.runbookUrl ? alert.runbookUrl(dialect) : runbookOf(alert.name);

// The annotations of both kinds of rules.
export function annotationsOf(alert: Alert, dialect: Dialect): Record<string, string> {
  return {
    summary: alert.summary(dialect),
    ...(alert.solution ? { solution: alert.solution(dialect) } : {}),
    description: alert.description(dialect),
    ...(alert.likelyCause ? { likely_cause: alert.likelyCause(dialect) } : {}),
    runbook_url: runbookUrl(alert, dialect),
  };
}

// The value of the annotation likely_cause; messages.ts reads it.
export const LIKELY_CAUSE = 'yes';

// The header of generated files.
export const GENERATED = '# Written by dashboards/src (npm run generate): change it there.\n';
