// What is drawn over every graph: a spike from its start to its end with the documented fix, and, less loud, a retry loop.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { UID } from './links';
import { DATASOURCE } from './panels';
import { Filter, ofSpikes, withFix } from './promql';

// The finest time of an annotation; a spike lasts longer than this. Samples no farther apart than it become one region.
const STEP = '15s';

// Grafana 9 knows neither `target` nor the step at which it asked, which is a hundredth of the time range: it needs a step
// that is at least as long, so up to three hours are drawn as regions.
const STEP_OF_GRAFANA_9 = '2m';

// The labels by which a link chooses app and region: All, where the whole rises.
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

// `shown` says whether they are there from the start; a switch above the panels takes them away and brings them back.
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
      text: `${WHERE}<br/>Very few sessions repeat this code: no outage.<br/><b>Documented solution:</b> {{solution}}<br/>${LINKS}`,
    }, shown),
  ];
}
