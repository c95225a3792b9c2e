// The kinds of panels, with the options that all panels of a kind share. Widths are in 24ths of the screen, heights in Grafana's rows; the
// panels of a dashboard flow from left to right, so each row of them must add up to 24.
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as text from '@grafana/grafana-foundation-sdk/text';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

export const DATASOURCE: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

// How numbers are shown.
export const UNIT = {
  perMinute: 'suffix:/min',
  perSecond: 'suffix:/s',
  count: 'locale',
  share: 'percentunit',
  seconds: 's',
  bytes: 'bytes',
  duration: 'dtdurations',
  clock: 'time:HH:mm',
} as const;
export type Unit = (typeof UNIT)[keyof typeof UNIT];

// The lowest upper end of a graph's axis, so that a few events after zeros do not fill the graph.
const SOFT_MAX: Partial<Record<Unit, number>> = {
  [UNIT.perMinute]: 10,
  [UNIT.perSecond]: 1,
  [UNIT.count]: 1,
  [UNIT.share]: 0.1,
};

// Colours have a meaning: green is calm, orange needs attention, red needs action.
export interface Step {
  from: number | null;
  color: 'green' | 'orange' | 'red' | 'text';
}

export interface Words {
  title: string;
  description: string;
}

export interface Size {
  w: number;
  h: number;
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function thresholds(steps: Step[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map((step) => ({ value: step.from, color: step.color })));
}

// --- A graph over time -----------------------------------------------------------------------------------------------

export interface Line {
  expr: string;
  legend: string;
}

export interface GraphOptions {
  unit: Unit;
  stacked?: boolean;
  // On the right, with the last and the highest value, the line that is highest now first.
  legendTable?: boolean;
  // Shown if there are no lines.
  noValue?: string;
  links?: dashboard.DashboardLinkBuilder[];
}

export function graph(words: Words, size: Size, lines: Line[], options: GraphOptions): timeseries.PanelBuilder {
  const legend = new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .placement(options.legendTable ? common.LegendPlacement.Right : common.LegendPlacement.Bottom)
    .displayMode(options.legendTable ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List)
    .calcs(options.legendTable ? ['lastNotNull', 'max'] : []);
  // Grafana's name of the last value.
  if (options.legendTable) legend.sortBy('Last *').sortDesc(true);
  const panel = new timeseries.PanelBuilder()
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(size.w)
    .height(size.h)
    .unit(options.unit)
    .min(0)
    .lineWidth(options.stacked ? 0 : 2)
    .fillOpacity(options.stacked ? 60 : 8)
    .showPoints(common.VisibilityMode.Never)
    .stacking(new common.StackingConfigBuilder().mode(options.stacked ? common.StackingMode.Normal : common.StackingMode.None))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending))
    .legend(legend);
  const softMax = SOFT_MAX[options.unit];
  if (softMax !== undefined) panel.axisSoftMax(softMax);
  if (options.links) panel.dataLinks(options.links);
  if (options.noValue) panel.noValue(options.noValue);
  lines.forEach((line, index) =>
    panel.withTarget(
      new prometheus.DataqueryBuilder()
        .refId(refId(index))
        .datasource(DATASOURCE)
        .expr(line.expr)
        .range()
        .legendFormat(line.legend),
    ),
  );
  return panel;
}

// --- One number ------------------------------------------------------------------------------------------------------

export interface StatOptions {
  unit: Unit;
  steps: Step[];
  // Shown if there is no number.
  noValue: string;
  decimals?: number;
  mappings?: dashboard.ValueMapping[];
  // Over time, with a line behind the number.
  sparkline?: boolean;
}

export function number(words: Words, size: Size, expr: string, options: StatOptions): stat.PanelBuilder {
  const target = new prometheus.DataqueryBuilder().refId('A').datasource(DATASOURCE).expr(expr);
  const panel = new stat.PanelBuilder()
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(size.w)
    .height(size.h)
    .unit(options.unit)
    .noValue(options.noValue)
    .thresholds(thresholds(options.steps))
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(options.sparkline ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .textMode(common.BigValueTextMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(options.sparkline ? target.range() : target.instant());
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  if (options.mappings) panel.mappings(options.mappings);
  return panel;
}

// --- A table ---------------------------------------------------------------------------------------------------------

export interface Column {
  // A label, or the name of the query whose value is shown.
  of: string;
  title: string;
  // In pixels; a column without a width takes the rest.
  width?: number;
  unit?: Unit;
  decimals?: number;
  links?: dashboard.DashboardLinkBuilder[];
  // Colours by value.
  steps?: Step[];
  mappings?: dashboard.ValueMapping[];
}

export interface TableOptions {
  noValue: string;
  sortBy: { title: string; desc: boolean };
}

// Properties of one column under Grafana's names. Grafana up to 9.4 knows `displayMode`; later versions convert it to
// `cellOptions` when they read schema version 37.
function properties(column: Column): dashboard.DynamicConfigValue[] {
  const found: dashboard.DynamicConfigValue[] = [{ id: 'displayName', value: column.title }];
  if (column.width) found.push({ id: 'custom.width', value: column.width });
  if (column.unit) found.push({ id: 'unit', value: column.unit });
  if (column.decimals !== undefined) found.push({ id: 'decimals', value: column.decimals });
  if (column.links) found.push({ id: 'links', value: column.links.map((link) => link.build()) });
  if (column.mappings) found.push({ id: 'mappings', value: column.mappings });
  if (column.steps) {
    found.push({ id: 'thresholds', value: thresholds(column.steps).build() });
    found.push({ id: 'custom.displayMode', value: 'color-text' });
  }
  return found;
}

// `queries` by name; their rows with the same labels become one row, and only `columns` are shown.
export function rows(
  words: Words,
  size: Size,
  queries: Record<string, string>,
  columns: Column[],
  options: TableOptions,
): table.PanelBuilder {
  const names = Object.keys(queries);
  // The transformation's name of a value: it has that of its query if there are several.
  const fieldOf = (of: string): string =>
    !names.includes(of) ? of : names.length === 1 ? 'Value' : `Value #${of}`;
  const panel = new table.PanelBuilder()
    .title(words.title)
    .description(words.description)
    .datasource(DATASOURCE)
    .span(size.w)
    .height(size.h)
    .noValue(options.noValue)
    .showHeader(true)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(options.sortBy.title).desc(options.sortBy.desc)])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: columns.map((column) => fieldOf(column.of)) } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(columns.map((column, index) => [fieldOf(column.of), index])),
        renameByName: {},
      },
    });
  for (const name of names) {
    panel.withTarget(
      new prometheus.DataqueryBuilder()
        .refId(name)
        .datasource(DATASOURCE)
        .expr(queries[name])
        .instant()
        .format(prometheus.PromQueryFormat.Table),
    );
  }
  for (const column of columns) panel.overrideByName(fieldOf(column.of), properties(column));
  return panel;
}

// --- Words -----------------------------------------------------------------------------------------------------------

export function words(title: string, description: string, size: Size, html: string): text.PanelBuilder {
  return new text.PanelBuilder()
    .title(title)
    .description(description)
    .span(size.w)
    .height(size.h)
    .mode(text.TextMode.HTML)
    .content(html);
}
