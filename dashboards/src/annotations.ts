// Annotations over every graph: spikes from start to end with the documented fix, and, less prominent, retry loops.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { UID } from './links';
import { DATASOURCE } from './panels';
import { Filter, PLACE, selected, withFix } from './promql';

// The resolution in Grafana from 11.5 on, or a pixel if that is longer. Samples at most one step apart become one region.
const STEP = '15s';

// Before, Grafana ignores `target`, queries with a step of a hundredth of the time range or `step`, whichever is longer, and joins
// samples that are at most `step` apart. So each band of time ranges has an annotation whose `step` is at least a hundredth of
// the longest range, rounded as Grafana does; the others give nothing there. The limits are in seconds.
interface Band {
  suffix: string;
  step: string;
  over: number;
  upTo?: number;
}
const HOUR = 3600;
const DAY = 24 * HOUR;
const BANDS: Band[] = [
  { suffix: '', step: '2m', over: 0, upTo: 5 * HOUR },
  { suffix: ', over 5 h', step: '15m', over: 5 * HOUR, upTo: 25 * HOUR },
  { suffix: ', over a day', step: '2h', over: 25 * HOUR, upTo: 8 * DAY },
  { suffix: ', over 8 d', step: '6h', over: 8 * DAY },
];
const WIDE_BANDS: Band[] = [BANDS[0], { suffix: ', over 5 h', step: '6h', over: 5 * HOUR }];

const inBand = (expr: string, band: Band): string =>
  `(${expr}) and on () (vector($__range_s) > ${band.over}${band.upTo ? ` <= ${band.upTo}` : ''})`;

// The labels by which a link selects app and region: All if the code rises in all of them.
function withLinkLabels(expr: string): string {
  let linked = expr;
  for (const label of ['app', 'region']) {
    linked = `label_replace(label_replace(${linked}, "link_${label}", "$1", "${label}", "(.*)"), "link_${label}", "All", "${label}", "all")`;
  }
  return linked;
}

const LINKS =
  `<a href="/d/${UID.code}?var-code={{code}}&var-app={{link_app}}&var-region={{link_region}}">All about {{code}}</a>` +
  ' | <a href="{{runbook_url}}" target="_blank">Runbook</a>';
const WHERE = 'Region: <b>{{region}}</b>, app: <b>{{app}}</b>';

interface Look {
  name: string;
  color: string;
  expr: string;
  title: string;
  text: string;
}

function annotation(look: Look, band: Band, shown: boolean): dashboard.AnnotationQueryBuilder {
  const expr = inBand(look.expr, band);
  return new dashboard.AnnotationQueryBuilder()
    .name(look.name + band.suffix)
    .datasource(DATASOURCE)
    .enable(shown)
    .hide(false)
    .iconColor(look.color)
    .expr(expr)
    .step(band.step)
    .target(new prometheus.DataqueryBuilder().refId('Anno').datasource(DATASOURCE).expr(expr).interval(STEP).range())
    .titleFormat(look.title)
    .textFormat(look.text)
    .tagKeys('app,region,category')
    .useValueForTime(false);
}

// Where the family was 1 at any moment from one step before to one step after, so that no spike falls between two samples and
// each has at least two, which make a region.
function active(family: string, filter: Filter): string {
  const one = selected(family, filter);
  return `max by (${PLACE}) (${one} == 1 or max_over_time(${one}[$__interval]) == 1 or max_over_time(${one}[$__interval] offset -$__interval) == 1)`;
}

function ofFamily(family: string, filter: Filter): string {
  return withLinkLabels(withFix(active(family, filter), '#'));
}

const SOLUTION = '<b>Documented solution:</b> {{solution}}';

function spikes(filter: Filter): Look {
  return {
    name: 'Spikes',
    color: 'red',
    expr: ofFamily('gme_spike_active', filter),
    title: '{{code}} {{name}}',
    text: `${WHERE}<br/>${SOLUTION}<br/>${LINKS}`,
  };
}

// One region for all spikes of an incident, with the fix of its likely cause.
function incidents(filter: Filter): Look {
  return {
    name: 'Incidents',
    color: 'red',
    expr: ofFamily('gme_incident_active', { app: filter.app, region: filter.region }),
    title: 'Incident; likely cause: {{code}} {{name}}',
    text: `${WHERE}<br/>${SOLUTION}<br/>${LINKS}`,
  };
}

function loops(filter: Filter): Look {
  return {
    name: 'Retry loops',
    color: 'rgba(128, 128, 128, 0.5)',
    expr: ofFamily('gme_retry_loop_active', filter),
    title: 'Retry loop: {{code}} {{name}}',
    text: `${WHERE}<br/>Very few sessions repeat this code; not an outage.<br/>${SOLUTION}<br/>${LINKS}`,
  };
}

// Over each graph: spikes, or with `perIncident` one region an incident; retry loops. `shown`: unless the viewer turns them off;
// otherwise unless they turn them on.
export function annotations(filter: Filter, { shown = true, perIncident = false } = {}): dashboard.AnnotationQueryBuilder[] {
  const main = perIncident ? incidents(filter) : spikes(filter);
  return [
    new dashboard.AnnotationQueryBuilder()
      .name('Annotations & Alerts')
      .builtIn(1)
      .type('dashboard')
      .datasource({ type: 'grafana', uid: '-- Grafana --' })
      .enable(true)
      .hide(true)
      .iconColor('rgba(0, 211, 255, 1)'),
    ...BANDS.map((band) => annotation(main, band, shown)),
    ...WIDE_BANDS.map((band) => annotation(loops(filter), band, shown)),
  ];
}
