// The Overview dashboard: which codes spike, where and since when.
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

// The share of the reported operations that failed.
function failedShare(by: string, window: string): string {
  const errors = `sum by (${by}) (rate(${ERRORS}[${window}]))`;
  return `${errors} / (${errors} + sum by (${by}) (rate(${SUCCESSES}[${window}])) > 0)`;
}

const numbers = () => [
  number(
    { title: 'Spikes now', description: 'Active spikes: codes whose rate is above their baseline, once for each place.' },
    SIXTH,
    `count(${ofActiveSpikes('gme_spike_active', FILTER)}) or vector(0)`,
    { unit: UNIT.count, decimals: 0, noValue: 'unknown', steps: [{ from: null, color: 'green' }, { from: 1, color: 'red' }] },
  ),
  number(
    { title: 'Oldest spike', description: 'Duration of the oldest active spike.' },
    SIXTH,
    `time() - min(${ofActiveSpikes('gme_spike_start_timestamp_seconds', FILTER)})`,
    { unit: UNIT.duration, decimals: 0, noValue: 'calm', steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'Errors', description: 'Error events a minute, under the filters above.' },
    SIXTH,
    `60 * sum(rate(${ERRORS}[$__rate_interval]))`,
    { unit: UNIT.perMinute, decimals: 0, noValue: 'none', sparkline: true, steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'Failed operations', description: 'Share of the reported operations that failed; the others are reported as successes.' },
    SIXTH,
    failedShare('', '$__rate_interval'),
    {
      unit: UNIT.share, decimals: 1, noValue: 'none', sparkline: true,
      steps: [{ from: null, color: 'green' }, { from: 0.05, color: 'orange' }, { from: 0.2, color: 'red' }],
    },
  ),
  number(
    { title: 'Sessions hit in 15 min', description: 'Sessions that met the most widespread code for the first time in the last 15 minutes. At least this many sessions are affected.' },
    SIXTH,
    `max(sum by (code) (increase(${counts('gme_error_sessions_total', FILTER)}[15m])))`,
    { unit: UNIT.count, decimals: 0, noValue: 'none', steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'gmewatchd', description: 'Whether every gmewatchd answers and accepts batches, so that the numbers on this page are current. The Daemon dashboard shows details.' },
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
        'Active spikes, with the solution from the GME documentation. Region or app is "all" if the code rises in all of ' +
        'them. Click a code for its details; hover over a solution that is cut off.',
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
      { of: 'instance', title: 'gmewatchd', width: 110 },
    ],
    { noValue: 'No code is above its baseline.', sortBy: { title: 'Now', desc: true } },
  );

// A URL, shown as the word "open".
const OPEN: dashboard.ValueMapping[] = [
  { type: dashboard.MappingType.RegexToText, options: { pattern: '.*', result: { text: 'open', index: 0 } } },
];

const top = (by: string, most: number): string => `topk(${most}, sum by (${by}) (increase(${ERRORS}[$__range] @ end())) > 0)`;

const graphs = () => [
  graph(
    { title: 'Errors by code', description: 'Events a minute of the ten codes with the most in this time range. A red region is an incident; hover over its bar below the graph for the documented solution of its likely cause.' },
    { w: 24, h: 9 },
    [{ expr: named(`${ratePerMinute('code', ERRORS)} and on (code) ${top('code', 10)}`), legend: '{{code}} {{name}}' }],
    { unit: UNIT.perMinute, legendTable: true, links: [toCodeOfLine] },
  ),
  graph(
    { title: 'Failed operations, by region', description: 'Share of the reported operations that failed, by region. Gaps: nothing was reported.' },
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
    { title: 'Retry loops', description: 'Very few sessions that report a code far more often than expected: a defect of a client, not an outage.' },
    { w: 10, h: 10 },
    { Loop: named(ofSpikes('gme_retry_loop_active', FILTER)) },
    [
      { of: 'code', title: 'Code', width: 80, links: [toCodeOfRow] },
      { of: 'name', title: 'Name' },
      { of: 'region', title: 'Region', width: 80 },
      { of: 'app', title: 'App', width: 105 },
      { of: 'Loop', title: 'State', width: 70, mappings: LASTS },
      { of: 'instance', title: 'gmewatchd', width: 110 },
    ],
    { noValue: 'None in the last hour.', sortBy: { title: 'State', desc: true } },
  ),
];

const LASTS: dashboard.ValueMapping[] = [
  { type: dashboard.MappingType.ValueToText, options: { '0': { text: 'over', index: 0 }, '1': { text: 'active', index: 1 } } },
];

export const overview = (): dashboard.Dashboard =>
  assemble({
    uid: UID.overview,
    title: 'GME Overview',
    description: 'Which codes spike, where and since when, and the documented fix of each.',
    from: 'now-3h',
    variables: [variables.datasource(), variables.app(), variables.region(), variables.category(), variables.codes()],
    annotations: annotations(FILTER, { perIncident: true }),
    panels: [...numbers(), spikesNow(), ...graphs(), ...tables()],
  });

// The graph that rules link to.
export const SPIKES_PANEL = 'Errors by code';
