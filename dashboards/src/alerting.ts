// What an alert is, before it becomes a rule of Prometheus or of Grafana, which say the same in different words.

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

// Where your copy of dashboards/runbook.md can be read; see dashboards/README.md.
export const RUNBOOK = 'https://gmewatch.example/runbook';

export const runbookUrl = (alert: Alert, dialect: Dialect): string =>
  alert.runbookUrl ? alert.runbookUrl(dialect) : `${RUNBOOK}#${alert.name.toLowerCase()}`;

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
