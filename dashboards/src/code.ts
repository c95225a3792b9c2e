// The Code dashboard: one code, its full documentation first.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations';
import { assemble } from './assemble';
import { DocumentedCode } from './catalog';
import { UID } from './links';
import { graph, number, rows, Size, UNIT, words } from './panels';
import { counts, documentedSolution, documentedText, ofActiveSpikes, placeCounts, ratePerMinute } from './promql';
import * as variables from './variables';

const FILTER = { app: '$app', region: '$region', code: '$code' };
const ERRORS = counts('gme_error_events_total', FILTER);
const SESSIONS = counts('gme_error_sessions_total', FILTER);
const SIXTH: Size = { w: 4, h: 3 };

const FACTS =
  'label_join(topk by (code) (1, max by (code, category, severity, action) (gme_error_code_info{code=~"$code"})),' +
  ' "text", ", ", "category", "severity", "action")';
const RUNBOOK =
  'topk(1, max by (text) (label_replace(gme_error_code_solution_info{code=~"$code"}, "text", "$1", "runbook_url", "(.*)")))';

const documentation = () =>
  words(
    '${code:text}',
    'The GME documentation of this code, in full and to the letter. In italics: its category, its severity and its action.',
    { w: 24, h: 7 },
    '<p><b>Solution.</b> $solution</p>' +
      '<p><b>Cause.</b> $cause</p>' +
      '<p><b>Description.</b> $description</p>' +
      '<p><i>$facts</i> | <a href="$runbook" target="_blank">Runbook</a></p>',
  );

const numbers = () => [
  number(
    { title: 'Spikes now', description: 'Active spikes of the code: places in which its rate is above its baseline.' },
    SIXTH,
    `count(${ofActiveSpikes('gme_spike_active', FILTER)}) or vector(0)`,
    { unit: UNIT.count, decimals: 0, noValue: 'unknown', steps: [{ from: null, color: 'green' }, { from: 1, color: 'red' }] },
  ),
  number(
    { title: 'Oldest spike', description: 'Duration of the oldest active spike of the code.' },
    SIXTH,
    `time() - min(${ofActiveSpikes('gme_spike_start_timestamp_seconds', FILTER)})`,
    { unit: UNIT.duration, decimals: 0, noValue: 'calm', steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'Rate', description: 'Events of the code a minute.' },
    SIXTH,
    `60 * sum(rate(${ERRORS}[$__rate_interval]))`,
    { unit: UNIT.perMinute, decimals: 1, noValue: 'none', sparkline: true, steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'Events', description: 'Events of the code in this time range.' },
    SIXTH,
    `sum(increase(${ERRORS}[$__range]))`,
    { unit: UNIT.count, decimals: 0, noValue: 'none', steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'Sessions affected', description: 'Sessions that met the code for the first time in this time range.' },
    SIXTH,
    `sum(increase(${SESSIONS}[$__range]))`,
    { unit: UNIT.count, decimals: 0, noValue: 'none', steps: [{ from: null, color: 'text' }] },
  ),
  number(
    { title: 'Share of sessions', description: 'Share of all sessions ever seen that met the code.' },
    SIXTH,
    `sum(${SESSIONS}) / sum(${placeCounts('gme_sessions_total', FILTER)})`,
    { unit: UNIT.share, decimals: 1, noValue: 'none', steps: [{ from: null, color: 'text' }] },
  ),
];

const graphs = () => [
  graph(
    { title: 'By region', description: 'Events of the code a minute, by region. A red region of the graph is a spike.' },
    { w: 12, h: 8 },
    [{ expr: ratePerMinute('region', ERRORS), legend: '{{region}}' }],
    { unit: UNIT.perMinute, stacked: true },
  ),
  graph(
    { title: 'By app', description: 'Events of the code a minute, by app. A red region of the graph is a spike.' },
    { w: 12, h: 8 },
    [{ expr: ratePerMinute('app', ERRORS), legend: '{{app}}' }],
    { unit: UNIT.perMinute, stacked: true },
  ),
  graph(
    { title: 'Observed and expected rate', description: 'During a spike: its rate, and the expected rate.' },
    { w: 8, h: 8 },
    [
      { expr: `60 * ${ofActiveSpikes('gme_spike_observed_rate', FILTER)}`, legend: 'observed, {{region}} {{app}}' },
      { expr: `60 * ${ofActiveSpikes('gme_spike_expected_rate', FILTER)}`, legend: 'expected, {{region}} {{app}}' },
    ],
    { unit: UNIT.perMinute },
  ),
  graph(
    { title: 'Sessions affected', description: 'Sessions a minute that meet the code for the first time, by region.' },
    { w: 8, h: 8 },
    [{ expr: ratePerMinute('region', SESSIONS), legend: '{{region}}' }],
    { unit: UNIT.perMinute, stacked: true },
  ),
  graph(
    { title: 'The last seven days', description: 'Events of the code in each hour, independent of the time range above.' },
    { w: 8, h: 8 },
    [{ expr: `sum(increase(${ERRORS}[1h]))`, legend: 'events an hour' }],
    { unit: UNIT.count, noValue: 'Begins with the first full hour.' },
  )
    .timeFrom('7d')
    .interval('1h'),
];

const WHERE = 'region, app';
const inRange = (selector: string): string => `sum by (${WHERE}) (increase(${selector}[$__range])) > 0`;

const whoIsHit = () =>
  rows(
    { title: 'Who is hit', description: 'Events and newly affected sessions in this time range, by region and app, and the share of the sessions there that ever met the code.' },
    { w: 24, h: 9 },
    {
      Events: inRange(ERRORS),
      Sessions: `sum by (${WHERE}) (increase(${SESSIONS}[$__range]))`,
      Share: `sum by (${WHERE}) (${SESSIONS}) / sum by (${WHERE}) (${placeCounts('gme_sessions_total', FILTER)}) > 0`,
    },
    [
      { of: 'region', title: 'Region' },
      { of: 'app', title: 'App' },
      { of: 'Events', title: 'Events', unit: UNIT.count, decimals: 0 },
      { of: 'Sessions', title: 'Sessions', unit: UNIT.count, decimals: 0 },
      { of: 'Share', title: 'Share of sessions', unit: UNIT.share, decimals: 1 },
    ],
    { noValue: 'No session met this code in this time range.', sortBy: { title: 'Events', desc: true } },
  );

export const code = (codes: DocumentedCode[]): dashboard.Dashboard =>
  assemble({
    uid: UID.code,
    title: 'GME Code',
    description: 'One code: its documentation, its history, and who is affected.',
    from: 'now-3h',
    variables: [
      variables.datasource(),
      variables.app(),
      variables.region(),
      variables.oneCode(),
      variables.hiddenText('solution', documentedSolution(codes)),
      variables.hiddenText('cause', documentedText(codes, 'cause')),
      variables.hiddenText('description', documentedText(codes, 'description')),
      variables.hiddenText('facts', FACTS),
      variables.hiddenText('runbook', RUNBOOK),
    ],
    annotations: annotations(FILTER),
    panels: [documentation(), ...numbers(), ...graphs(), whoIsHit()],
  });
