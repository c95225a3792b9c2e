// What an alert is, before it becomes a rule of Prometheus or of Grafana, which say the same in different words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// How one of the two writes what is known only when the alert fires.
export interface Dialect {
  // What a recording rule has, by its name or written out.
  recorded(record: Recording): string;
  label(name: string): string;
  // The value of the expression.
  value(format: Format): string;
  // The value, or a label, of another query of the alert for the same labels.
  lookup(lookup: Lookup, format: Format): string;
  lookupLabel(lookup: Lookup, label: string, missing: string): string;
}

export type Format = 'number' | 'share' | 'duration';

// The template that writes `value`, a variable of a template, for people: 8.8 or 1,110 or 1,234,567; 12.5%; 1.5s. Prometheus
// and Grafana have these functions in common.
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

// Another query of the alert. Grafana runs `all` and takes the row whose labels are those of the alert; a template of
// Prometheus runs `one`, in which each %q stands for a value of `labels`.
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
  // Goes on for this long after the expression is no longer true.
  keepFiringFor?: string;
  lookups?: Lookup[];
  summary(dialect: Dialect): string;
  description(dialect: Dialect): string;
  // The documented solution and its runbook, where the alert is about a code; otherwise the runbook below.
  solution?(dialect: Dialect): string;
  runbookUrl?(dialect: Dialect): string;
  // Where it can be seen: a dashboard and the title of a panel of it.
  dashboard: string;
  panel: string;
  runbook: Runbook;
}

// For people, in the form that they know from other runbooks.
export interface Runbook {
  meaning: string;
  impact: string;
  diagnosis: string;
  mitigation: string;
}

// Where people read dashboards/runbook.md: dashboards/set_runbook writes this file.
const RUNBOOK = readFileSync(join(__dirname, '../../runbook_url'), 'utf8').trim();

export const runbookOf = (name: string): string => `${RUNBOOK}#${name.toLowerCase()}`;

export const runbookUrl = (alert: Alert, dialect: Dialect): string =>
  alert.runbookUrl ? alert.runbookUrl(dialect) : runbookOf(alert.name);

// What both kinds of rules carry beside their labels.
export function annotationsOf(alert: Alert, dialect: Dialect): Record<string, string> {
  return {
    summary: alert.summary(dialect),
    ...(alert.solution ? { solution: alert.solution(dialect) } : {}),
    description: alert.description(dialect),
    runbook_url: runbookUrl(alert, dialect),
  };
}

// The files are never edited by hand.
export const GENERATED = '# Written by dashboards/src (npm run generate): change it there.\n';
