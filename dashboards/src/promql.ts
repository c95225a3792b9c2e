// The expressions that several panels, annotations and alerts share.
//
// Several gmewatchd may be scraped. Counts are summed over them: each counts other clients. What they detect is kept apart by
// the label `instance`: an outage that one of them sees is not that of another.
import { DocumentedCode, DocumentedText } from './catalog';

// A PromQL string.
export const quoted = (text: string): string => JSON.stringify(text);

// The labels of a spike.
export const PLACE = 'instance, code, category, region, app';
const RUNBOOK_LABELS = 'name, solution, runbook_url';

// One row for each code, also while two gmewatchd with different catalogues are scraped: a second row would break a join.
export const NAMES = 'topk by (code) (1, max by (code, name) (gme_error_code_info))';
const FIXES = `topk by (code) (1, max by (code, ${RUNBOOK_LABELS}) (gme_error_code_solution_info))`;

const setLabel = (expr: string, label: string, value: string): string =>
  `label_replace(${expr}, ${quoted(label)}, ${quoted(value)}, "", "")`;

// Adds the label `name` to `expr`, which has a label `code`.
export function named(expr: string): string {
  const undocumented = setLabel(`(${expr}) unless on (code) gme_error_code_info`, 'name', 'undocumented');
  return `(${expr}) * on (code) group_left (name) ${NAMES} or ${undocumented}`;
}

export const NO_FIX = 'No documented solution is available for this code.';

// Adds name, solution and runbook_url to `expr`, which has the labels of a spike. A code without a runbook gets `noRunbook`.
export function withFix(expr: string, noRunbook: string): string {
  const name = setLabel(`(${expr}) unless on (code) gme_error_code_solution_info`, 'name', 'undocumented');
  const bare = setLabel(setLabel(name, 'solution', NO_FIX), 'runbook_url', noRunbook);
  return `(${expr}) * on (code) group_left (${RUNBOOK_LABELS}) ${FIXES} or ${bare}`;
}

// Filters of spikes. Region or app is `all` if the code rises in all of them.
export interface Filter {
  app?: string;
  region?: string;
  category?: string;
  code?: string;
}

function matchers(filter: Filter, suffix: string): string {
  const parts: string[] = [];
  for (const label of ['app', 'region'] as const) {
    if (filter[label]) parts.push(`${label}=~"${filter[label]}${suffix}"`);
  }
  for (const label of ['category', 'code'] as const) {
    if (filter[label]) parts.push(`${label}=~"${filter[label]}"`);
  }
  return parts.length > 0 ? `{${parts.join(',')}}` : '';
}

// The selector of a family of spikes, such as gme_spike_active.
export const selected = (family: string, filter: Filter): string => `${family}${matchers(filter, '|all')}`;

// Such a family, each place of a gmewatchd once.
export const ofSpikes = (family: string, filter: Filter): string => `max by (${PLACE}) (${selected(family, filter)})`;

// The same for active spikes only; ended ones are exposed for an hour.
export const ofActiveSpikes = (family: string, filter: Filter): string =>
  `(${ofSpikes(family, filter)} and on (${PLACE}) ${ofSpikes('gme_spike_active', filter)} == 1)`;

// Adds the label `incident` to `expr`, whose rows are spikes: spikes of one incident share it. 0 if gmewatchd does not expose
// it.
export const withIncident = (expr: string): string =>
  `${expr} * on (${PLACE}) group_left (incident)` +
  ` count_values by (${PLACE}) ("incident", max by (${PLACE}) (gme_spike_incident or 0 * gme_spike_active))`;

// A family of counters with the labels code, category, region, app.
export const counts = (family: string, filter: Filter): string => `${family}${matchers(filter, '')}`;

// Those with the labels region and app only.
export const placeCounts = (family: string, filter: Filter): string =>
  `${family}${matchers({ app: filter.app, region: filter.region }, '')}`;

export const ratePerMinute = (by: string, selector: string): string =>
  `60 * sum by (${by}) (rate(${selector}[$__rate_interval]))`;

// The documented text of the codes in $code, as the label `text`. It is part of the expression: no metric has it, and so it
// is available while gmewatchd is down.
export function documentedText(codes: DocumentedCode[], which: DocumentedText): string {
  const byText = new Map<string, number[]>();
  for (const code of codes) byText.set(code[which], [...(byText.get(code[which]) ?? []), code.value]);
  let expr = setLabel(setLabel('vector(1)', 'code', '$code'), 'text', 'Not in the document.');
  for (const [text, values] of byText) {
    expr = `label_replace(${expr}, "text", ${quoted(text)}, "code", "${values.join('|')}")`;
  }
  return expr;
}

// Like documentedText for solutions, but prefers those of the running catalogue, if they are exposed.
export function documentedSolution(codes: DocumentedCode[]): string {
  const running = 'label_replace(max by (code, solution) (gme_error_code_solution_info{code=~"$code"}), "text", "$1", "solution", "(.*)")';
  return `topk by (code) (1, max by (code, text) (${running})) or on (code) ${documentedText(codes, 'solution')}`;
}
