// The dashboard variables; each narrows the ones to its right.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './panels';

// The data source is selectable, never fixed.
export function datasource(): dashboard.DatasourceVariableBuilder {
  return new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');
}

function query(name: string, label: string, expr: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(expr)
    .definition(expr)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc);
}

// Several values, or all.
function many(name: string, label: string, expr: string): dashboard.QueryVariableBuilder {
  return query(name, label, expr)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

export const app = () => many('app', 'App', 'label_values(gme_sessions_total, app)');
export const region = () => many('region', 'Region', 'label_values(gme_sessions_total{app=~"$app"}, region)');
export const category = () => many('category', 'Category', 'label_values(gme_error_code_info, category)');
export const instance = () => many('instance', 'Instance', 'label_values(gmewatch_build_info, instance)');

// The documented codes with their names, and the undocumented codes that were counted.
const CODES =
  'query_result(label_join(group by (code, name) (gme_error_code_info{category=~"$category"})' +
  ' or group by (code) (gme_error_events_total{category=~"$category"} unless on (code) gme_error_code_info),' +
  ' "title", " ", "code", "name"))';
const CODE_AND_TITLE = '/code="(?<value>[^"]+)".*title="(?<text>[^"]+)"/';

export const codes = () =>
  many('code', 'Code', CODES).regex(CODE_AND_TITLE).sort(dashboard.VariableSort.NumericalAsc);

export const oneCode = () =>
  query('code', 'Code', CODES.replace('{category=~"$category"}', '').replace('{category=~"$category"}', ''))
    .regex(CODE_AND_TITLE)
    .sort(dashboard.VariableSort.NumericalAsc)
    .multi(false)
    .includeAll(false);

// A text of a panel: the label `text` of the result. It is not selectable, so it is hidden and not part of the URL.
export function hiddenText(name: string, expr: string): dashboard.QueryVariableBuilder {
  const variable = query(name, name, `query_result(${expr})`)
    .hide(dashboard.VariableHide.HideVariable)
    .regex('/text="(.*)"} [^ ]+ [^ ]+$/')
    .sort(dashboard.VariableSort.Disabled);
  const build = variable.build.bind(variable);
  variable.build = () => ({ ...build(), skipUrlSync: true });
  return variable;
}
