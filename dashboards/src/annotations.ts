// Annotations over every graph: spikes from start to end with the documented fix, and, less prominent, retry loops.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { UID } from './links';
import { DATASOURCE } from './panels';
import { Filter, ofSpikes, withFix } from './promql';

// The resolution of an annotation; a spike lasts longer. Samples at most this far apart become one region.
const STEP = '15s';

// Grafana 9 ignores `target` and queries with a step of a hundredth of the time range. It needs a resolution of at least that
// step, so it draws regions in time ranges of up to three hours.
const STEP_OF_GRAFANA_9 = '2m';

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

function annotation(look: Look, shown: boolean): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name(look.name)
    .datasource(DATASOURCE)
    .enable(shown)
    .hide(false)
    .iconColor(look.color)
    .expr(look.expr)
    .step(STEP_OF_GRAFANA_9)
    .target(new prometheus.DataqueryBuilder().refId('Anno').datasource(DATASOURCE).expr(look.expr).interval(STEP).range())
    .titleFormat(look.title)
    .textFormat(look.text)
    .tagKeys('app,region,category')
    .useValueForTime(false);
}

function ofFamily(family: string, filter: Filter): string {
  return withLinkLabels(withFix(`${ofSpikes(family, filter)} == 1`, '#'));
}

// `shown`: whether they are on at first; a switch above the panels turns them on and off.
export function annotations(filter: Filter, shown = true): dashboard.AnnotationQueryBuilder[] {
  return [
    new dashboard.AnnotationQueryBuilder()
      .name('Annotations & Alerts')
      .builtIn(1)
      .type('dashboard')
      .datasource({ type: 'grafana', uid: '-- Grafana --' })
      .enable(true)
      .hide(true)
      .iconColor('rgba(0, 211, 255, 1)'),
    annotation({
      name: 'Spikes',
      color: 'red',
      expr: ofFamily('gme_spike_active', filter),
      title: '{{code}} {{name}}',
      text: `${WHERE}<br/><b>Documented solution:</b> {{solution}}<br/>${LINKS}`,
    }, shown),
    annotation({
      name: 'Retry loops',
      color: 'rgba(128, 128, 128, 0.5)',
      expr: ofFamily('gme_retry_loop_active', filter),
      title: 'Retry loop: {{code}} {{name}}',
      text: `${WHERE}<br/>Very few sessions repeat this code; not an outage.<br/><b>Documented solution:</b> {{solution}}<br/>${LINKS}`,
    }, shown),
  ];
}
