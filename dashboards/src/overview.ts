// Overview: what is burning, where and since when.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations';
import { assemble } from './assemble';
import { toCodeOfLine, toCodeOfRow, toRunbook, UID } from './links';
import { graph, number, rows, Size, UNIT } from './panels';
import { counts, named, ofActiveSpikes, ofSpikes, placeCounts, ratePerMinute, withFix } from './promql';
import * as variables from './variables';

const FILTER = { app: '$app', region: '$region', category: '$category', code: '$code' };
const ERRORS = counts('gme_error_events_total', FILTER);
const SUCCESSES = placeCounts('gme_success_events_total', FILTER);
const SIXTH: Size = { w: 4, h: 3 };

// Of the operations that clients told of, the share that failed.
function failedShare(by: string, window: string): string {
  const errors = `sum by (${by}) (rate(${ERRORS}[${window}]))`;
  return `${errors} / (${errors} + sum by (${by}) (rate(${SUCCESSES}[${window}])) > 0)`;
}

const numbers = () => [
  number(
    { title: 'Spikes now', description: 'Codes whose rate is above what their past explains, each place once. 0 is calm.' },
    SIXTH,
    `count(${ofActiveSpikes('gme_spike_active', FILTER)}) or vector(0)`,
    { unit: UNIT.count, decimals: 0, noValue: 'unknown', steps: [{ from: null, color: 'green' }, { from: 1, color: 'red' }] },
  ),
  number(
    { title: 'Burning for', description: 'How long the oldest of the present spikes has lasted.' },
    SIXTH,
    `time() - min(${ofActiveSpikes('gme_spike_start_timestamp_seconds', FILTER)})`,
    { unit: UNIT.duration, decimals: 0, noValue: 'calm', steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'Errors', description: 'Error events a minute, of what the filters above choose.' },
    SIXTH,
    `60 * sum(rate(${ERRORS}[$__rate_interval]))`,
    { unit: UNIT.perMinute, decimals: 0, noValue: 'none', sparkline: true, steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'Operations that fail', description: 'Errors among all operations that clients report, successes included.' },
    SIXTH,
    failedShare('', '$__rate_interval'),
    {
      unit: UNIT.share, decimals: 1, noValue: 'none', sparkline: true,
      steps: [{ from: null, color: 'green' }, { from: 0.05, color: 'orange' }, { from: 0.2, color: 'red' }],
    },
  ),
  number(
    { title: 'Sessions hit in 15 min', description: 'Sessions that met a code for the first time in the last 15 minutes, of the code that most of them met: at least so many are hit.' },
    SIXTH,
    `max(sum by (code) (increase(${counts('gme_error_sessions_total', FILTER)}[15m])))`,
    { unit: UNIT.count, decimals: 0, noValue: 'none', steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'gmewatchd', description: 'Whether the numbers on this page are live: every gmewatchd answers and takes batches. The Daemon dashboard says more.' },
    SIXTH,
    'min(gmewatch_ready)',
    {
      unit: UNIT.count, noValue: 'NO ANSWER', steps: [{ from: null, color: 'red' }, { from: 1, color: 'green' }],
      mappings: [
        {
          type: dashboard.MappingType.ValueToText,
          options: { '0': { text: 'NOT READY', index: 0 }, '1': { text: 'ready', index: 1 } },
        },
      ],
    },
  ),
];

const spikesNow = () =>
  rows(
    {
      title: 'Spikes now: what to do',
      description:
        'What rises now, with the solution that the GME documentation gives. Region or app is "all" where the whole of it ' +
        'rises. Click a code for all that is known of it; hover a solution that is cut.',
    },
    { w: 24, h: 8 },
    {
      Since: `1000 * ${ofActiveSpikes('gme_spike_start_timestamp_seconds', FILTER)}`,
      Now: `60 * ${ofActiveSpikes('gme_spike_observed_rate', FILTER)}`,
      Expected: `60 * ${ofActiveSpikes('gme_spike_expected_rate', FILTER)}`,
      Spike: withFix(ofActiveSpikes('gme_spike_active', FILTER), '#'),
    },
    [
      { of: 'Since', title: 'Since', width: 65, unit: UNIT.clock },
      { of: 'code', title: 'Code', width: 65, links: [toCodeOfRow] },
      { of: 'region', title: 'Region', width: 70 },
      { of: 'app', title: 'App', width: 105 },
      { of: 'Now', title: 'Now', width: 85, unit: UNIT.perMinute, decimals: 0, steps: [{ from: null, color: 'red' }] },
      { of: 'Expected', title: 'Expected', width: 85, unit: UNIT.perMinute, decimals: 1 },
      { of: 'solution', title: 'Documented solution' },
      { of: 'name', title: 'Name', width: 170 },
      { of: 'runbook_url', title: 'Runbook', width: 80, links: [toRunbook], mappings: OPEN },
    ],
    { noValue: 'No code rises above what its past explains.', sortBy: { title: 'Now', desc: true } },
  );

// An address, shown as a word to click.
const OPEN: dashboard.ValueMapping[] = [
  { type: dashboard.MappingType.RegexToText, options: { pattern: '.*', result: { text: 'open', index: 0 } } },
];

const top = (by: string, most: number): string => `topk(${most}, sum by (${by}) (increase(${ERRORS}[$__range] @ end())) > 0)`;

const graphs = () => [
  graph(
    { title: 'Errors by code', description: 'Events a minute of the ten codes with the most in this time range. A red region is a spike; hover its bar below the graph for the documented solution.' },
    { w: 24, h: 9 },
    [{ expr: named(`${ratePerMinute('code', ERRORS)} and on (code) ${top('code', 10)}`), legend: '{{code}} {{name}}' }],
    { unit: UNIT.perMinute, legendTable: true, links: [toCodeOfLine] },
  ),
  graph(
    { title: 'Operations that fail, by region', description: 'Errors among all operations that clients report, by region. Gaps: nothing was reported.' },
    { w: 8, h: 8 },
    [{ expr: failedShare('region', '$__rate_interval'), legend: '{{region}}' }],
    { unit: UNIT.share },
  ),
  graph(
    { title: 'Errors by region', description: 'Events a minute by region.' },
    { w: 8, h: 8 },
    [{ expr: ratePerMinute('region', ERRORS), legend: '{{region}}' }],
    { unit: UNIT.perMinute, stacked: true },
  ),
  graph(
    { title: 'Errors by app', description: 'Events a minute by app, of the ten apps with the most in this time range.' },
    { w: 8, h: 8 },
    [{ expr: `${ratePerMinute('app', ERRORS)} and on (app) ${top('app', 10)}`, legend: '{{app}}' }],
    { unit: UNIT.perMinute, stacked: true },
  ),
];

const tables = () => [
  rows(
    { title: 'Top codes', description: 'The twenty codes with the most events in this time range, and the sessions that met them for the first time in it.' },
    { w: 14, h: 10 },
    {
      Events: named(top('code', 20)),
      Sessions: named(`sum by (code) (increase(${counts('gme_error_sessions_total', FILTER)}[$__range])) and on (code) ${top('code', 20)}`),
    },
    [
      { of: 'code', title: 'Code', width: 80, links: [toCodeOfRow] },
      { of: 'name', title: 'Name' },
      { of: 'Events', title: 'Events', width: 100, unit: UNIT.count, decimals: 0 },
      { of: 'Sessions', title: 'Sessions', width: 100, unit: UNIT.count, decimals: 0 },
    ],
    { noValue: 'No errors in this time range.', sortBy: { title: 'Events', desc: true } },
  ),
  rows(
    { title: 'Retry loops', description: 'Very few sessions that repeat a code far more often than is usual: a defect of one client, and no outage. 0 minutes: it lasts.' },
    { w: 10, h: 10 },
    { Loop: named(ofSpikes('gme_retry_loop_active', FILTER)) },
    [
      { of: 'code', title: 'Code', width: 80, links: [toCodeOfRow] },
      { of: 'name', title: 'Name' },
      { of: 'region', title: 'Region', width: 80 },
      { of: 'app', title: 'App', width: 105 },
      { of: 'Loop', title: 'State', width: 70, mappings: LASTS },
    ],
    { noValue: 'None in the last hour.', sortBy: { title: 'State', desc: true } },
  ),
];

const LASTS: dashboard.ValueMapping[] = [
  { type: dashboard.MappingType.ValueToText, options: { '0': { text: 'over', index: 0 }, '1': { text: 'lasts', index: 1 } } },
];

export const overview = (): dashboard.Dashboard =>
  assemble({
    uid: UID.overview,
    title: 'GME Overview',
    description: 'What is burning, where, since when, and what the GME documentation says to do about it.',
    from: 'now-3h',
    variables: [variables.datasource(), variables.app(), variables.region(), variables.category(), variables.codes()],
    annotations: annotations(FILTER),
    panels: [...numbers(), spikesNow(), ...graphs(), ...tables()],
  });

// What a rule links to: the graph that shows it.
export const SPIKES_PANEL = 'Errors by code';
