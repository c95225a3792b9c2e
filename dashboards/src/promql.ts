// The expressions that several panels, annotations and alerts share.
//
// Several gmewatchd may be scraped, so every expression aggregates their label `instance` away: counts are added up, what
// each says of the same thing is taken once.
import { DocumentedCode, DocumentedText } from './catalog';

// A PromQL string.
export const quoted = (text: string): string => JSON.stringify(text);

// The labels of a spike.
const PLACE = 'code, category, region, app';
const RUNBOOK_LABELS = 'name, solution, runbook_url';

// One row for each code, also while two gmewatchd with different catalogues are scraped: a second row would break a join.
export const NAMES = 'topk by (code) (1, max by (code, name) (gme_error_code_info))';
const FIXES = `topk by (code) (1, max by (code, ${RUNBOOK_LABELS}) (gme_error_code_solution_info))`;

const setLabel = (expr: string, label: string, value: string): string =>
  `label_replace(${expr}, ${quoted(label)}, ${quoted(value)}, "", "")`;

// `expr`, which has a label `code`, with the label `name`.
export function named(expr: string): string {
  const undocumented = setLabel(`(${expr}) unless on (code) gme_error_code_info`, 'name', 'undocumented');
  return `(${expr}) * on (code) group_left (name) ${NAMES} or ${undocumented}`;
}

export const NO_FIX = 'No documented solution is at hand for this code.';

// `expr`, whose labels are those of a spike, with name, solution and runbook_url, which is `noRunbook` where there is none.
export function withFix(expr: string, noRunbook: string): string {
  const name = setLabel(`(${expr}) unless on (code) gme_error_code_solution_info`, 'name', 'undocumented');
  const bare = setLabel(setLabel(name, 'solution', NO_FIX), 'runbook_url', noRunbook);
  return `(${expr}) * on (code) group_left (${RUNBOOK_LABELS}) ${FIXES} or ${bare}`;
}

// What of a spike is shown under a filter; region or app is `all` where the whole of it rises.
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

// A family of spikes, such as gme_spike_active, each place once.
export const ofSpikes = (family: string, filter: Filter): string =>
  `max by (${PLACE}) (${family}${matchers(filter, '|all')})`;

// Only of those that last: the others are shown for an hour after their end.
export const ofActiveSpikes = (family: string, filter: Filter): string =>
  `(${ofSpikes(family, filter)} and on (${PLACE}) ${ofSpikes('gme_spike_active', filter)} == 1)`;

// `expr`, whose rows are spikes, with the label `incident`: those that belong together share it. 0 with a gmewatchd that does
// not tell.
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

// The documented text of the codes that $code names, as the label `text`. It is written into the expression: no metric
// has it, and it is there while gmewatchd is down.
export function documentedText(codes: DocumentedCode[], which: DocumentedText): string {
  const byText = new Map<string, number[]>();
  for (const code of codes) byText.set(code[which], [...(byText.get(code[which]) ?? []), code.value]);
  let expr = setLabel(setLabel('vector(1)', 'code', '$code'), 'text', 'Not in the document.');
  for (const [text, values] of byText) {
    expr = `label_replace(${expr}, "text", ${quoted(text)}, "code", "${values.join('|')}")`;
  }
  return expr;
}

// As documentedText, but as the running catalogue has it, where its solutions are exposed.
export function documentedSolution(codes: DocumentedCode[]): string {
  const running = 'label_replace(max by (code, solution) (gme_error_code_solution_info{code=~"$code"}), "text", "$1", "solution", "(.*)")';
  return `topk by (code) (1, max by (code, text) (${running})) or on (code) ${documentedText(codes, 'solution')}`;
}
