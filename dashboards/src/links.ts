// Links between the dashboards. They keep the time range, the data source and the filters that apply.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

export const UID = { overview: 'gme-overview', code: 'gme-code', daemon: 'gme-daemon' } as const;

// A link in a panel; Grafana replaces `${__...}`.
export function dataLink(title: string, url: string): dashboard.DashboardLinkBuilder {
  return new dashboard.DashboardLinkBuilder(title).url(url).targetBlank(false);
}

const KEPT = '${__url_time_range}&var-datasource=${datasource}&${app:queryparam}&${region:queryparam}';

// To the Code dashboard, from a row of a table or a line of a graph.
export const toCodeOfRow = dataLink('What to do about this code', `/d/${UID.code}?\${__url_time_range}&var-datasource=\${datasource}` +
  '&var-code=${__data.fields.Code}&${app:queryparam}&${region:queryparam}');
export const toCodeOfLine = dataLink('What to do about ${__field.labels.code}', `/d/${UID.code}?${KEPT}&var-code=\${__field.labels.code}`);

export const toRunbook = dataLink('Runbook', '${__value.raw}').targetBlank(true);

// The links at the top of a dashboard to the other two.
export function between(uid: string): dashboard.DashboardLinkBuilder[] {
  const all: [string, string, string][] = [
    [UID.overview, 'Overview', 'Which codes spike, where, since when'],
    [UID.code, 'Code', 'One code: its documented fix and its history'],
    [UID.daemon, 'Daemon', 'gmewatchd itself: can the numbers be trusted'],
  ];
  return all
    .filter(([target]) => target !== uid)
    .map(([target, title, tooltip]) =>
      new dashboard.DashboardLinkBuilder(title)
        .type(dashboard.DashboardLinkType.Link)
        .icon('dashboard')
        .tooltip(tooltip)
        .url(`/d/${target}`)
        .keepTime(true)
        .includeVars(true),
    );
}
