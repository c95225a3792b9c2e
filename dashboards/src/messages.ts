// The messages of the alerts, as templates of Alertmanager and of Grafana, which have the same language. The likely cause's fix
// comes first, since the person on call needs it first; an equal fix comes once; of many fixes the first ones. The language has
// no arithmetic: a number is counted as the length of a text.
import { stringify } from 'yaml';
import { GENERATED, LIKELY_CAUSE } from './alerting';

// More are not read on a phone, and a chat takes a few thousand characters.
const ITEMS_MAX = 5;
const RESOLVED_MAX = 3;

// A mark-up: how it writes parts of a message. Every text of an alert goes through `text`, with at most `most` characters.
interface Markup {
  text(value: string, most: number): string;
  fix(text: string): string;
  line(text: string): string;
  link(url: string, title: string): string;
  // After an item.
  end: string;
  // The most characters of the first fix, a further fix, a summary; whether descriptions are shown.
  firstFix: number;
  fixMax: number;
  summary: number;
  descriptions: boolean;
  // Whether an alert has a PanelURL, as those of Grafana.
  panels?: boolean;
}

const cut = (value: string, most: number): string => `{{ printf "%.${most}s" ${value} }}{{ if gt (len ${value}) ${most} }}...{{ end }}`;

const WHOLE = 4000;

const PLAIN: Markup = {
  text: cut,
  fix: (text) => `Fix: ${text}\n`,
  line: (text) => `${text}\n`,
  link: (url, title) => `${title}: {{ ${url} }}\n`,
  end: '\n',
  firstFix: WHOLE,
  fixMax: WHOLE,
  summary: WHOLE,
  descriptions: true,
};

const SLACK: Markup = {
  text: (value, most) =>
    `{{ printf "%.${most}s" ${value} | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}` +
    `{{ if gt (len ${value}) ${most} }}...{{ end }}`,
  fix: (text) => `*Fix:* ${text}\n`,
  line: (text) => `${text}\n`,
  link: (url, title) => `<{{ ${url} }}|${title}>\n`,
  end: '\n',
  firstFix: 520,
  fixMax: 200,
  summary: 160,
  descriptions: false,
};

const HTML: Markup = {
  text: cut,
  fix: (text) => `<p style="font-size: 1.2em"><b>Fix:</b> ${text}</p>\n`,
  line: (text) => `<p>${text}</p>\n`,
  link: (url, title) => `<p><a href="{{ ${url} }}">${title}</a></p>\n`,
  end: '<hr>\n',
  firstFix: WHOLE,
  fixMax: WHOLE,
  summary: WHOLE,
  descriptions: true,
};

const isCause = (alert: string): string => `(eq ${alert}.Annotations.likely_cause "${LIKELY_CAUSE}")`;

// Goes through the alerts, the likely causes first. `item` is written for the first `most` of those that differ in `key`; an
// alert with an empty key differs from all. In `item`, $alert is the alert, $shown as long as there were items before, and
// $same as long as there are further alerts with its key. Afterwards $left is as long as there were items left out.
function eachOnce(alerts: string, key: (alert: string) => string, most: number, item: string): string {
  const before = `or (and $theirs (not $mine)) (and (eq $theirs $mine) (lt $j $i))`;
  return `{{ $alerts := ${alerts} }}{{ $shown := "" }}{{ $left := "" }}
{{- range $pass := stringSlice "causes" "others" }}{{ range $i, $alert := $alerts }}{{ $mine := ${isCause('$alert')} }}
{{- if eq $mine (eq $pass "causes") }}{{ $key := ${key('$alert')} }}{{ $seen := "" }}{{ $same := "" }}
{{- if $key }}{{ range $j, $other := $alerts }}{{ if eq $key (${key('$other')}) }}{{ $theirs := ${isCause('$other')} }}
{{- if ${before} }}{{ $seen = "yes" }}{{ else if ne $i $j }}{{ $same = printf "%s." $same }}{{ end }}{{ end }}{{ end }}{{ end }}
{{- if $seen }}{{ else if lt (len $shown) ${most} }}${item}{{ $shown = printf "%s." $shown }}{{ else }}{{ $left = printf "%s." $left }}{{ end }}
{{- end }}{{ end }}{{ end }}`;
}

// What an alert is about in one line. An alert of another team may have no summary, but its labels say what and where.
const ownLabels = (alert: string): string => `{{ range ${alert}.Labels.SortedPairs }} {{ .Name }}={{ printf "%.60s" .Value }}{{ end }}`;
const isOurs = (alert: string): string => `(match "^Gme" ${alert}.Labels.alertname)`;

function firingItem(markup: Markup): string {
  const text = (name: string, most: number): string => markup.text(`$alert.Annotations.${name}`, most);
  const withText = (name: string, body: string): string => `{{ if $alert.Annotations.${name} }}${body}{{ end }}`;
  const fix = `{{ if $shown }}${text('solution', markup.fixMax)}{{ else }}${text('solution', markup.firstFix)}{{ end }}`;
  return (
    withText('solution', markup.fix(fix)) +
    withText('summary', markup.line(text('summary', markup.summary))) +
    (markup.descriptions
      ? withText('description', markup.line(text('description', WHOLE)))
      : `{{ if not $alert.Annotations.summary }}${withText('description', markup.line(text('description', markup.summary)))}{{ end }}`) +
    `{{ if not ${isOurs('$alert')} }}${markup.line(`Labels:${ownLabels('$alert')}`)}{{ end }}` +
    `{{ if $same }}${markup.line('The same fix: {{ len $same }} more')}{{ end }}` +
    withText('runbook_url', markup.link('$alert.Annotations.runbook_url', 'Runbook')) +
    (markup.panels ? `{{ if $alert.PanelURL }}${markup.link('$alert.PanelURL', 'Graph')}{{ end }}` : '') +
    `{{ if match "/codes/[^/]+$" $alert.Annotations.runbook_url }}{{ $triage = reReplaceAll "/codes/[^/]+$" "/" $alert.Annotations.runbook_url }}{{ end }}` +
    markup.end
  );
}

function body(markup: Markup): string {
  const over = `Over: {{ with .Annotations.summary }}${markup.text('.', Math.min(markup.summary, 100))}{{ else }}{{ .Labels.alertname }}{{ end }}`;
  const resolved = `{{ range $i, $alert := .Alerts.Resolved }}{{ with $alert }}{{ if lt $i ${RESOLVED_MAX} }}${markup.line(over)}{{ end }}{{ end }}{{ end }}`;
  return (
    '{{ $triage := "" }}' +
    eachOnce('.Alerts.Firing', (alert) => `${alert}.Annotations.solution`, ITEMS_MAX, firingItem(markup)) +
    `{{ if $left }}${markup.line('and {{ len $left }} more')}` +
    `{{ if $triage }}${markup.link('$triage', 'Triage page')}{{ else }}${markup.link('.ExternalURL', 'All alerts')}{{ end }}{{ end }}` +
    resolved +
    `{{ if gt (len .Alerts.Resolved) ${RESOLVED_MAX} }}${markup.line(`Over: {{ len (slice .Alerts.Resolved ${RESOLVED_MAX}) }} more`)}{{ end }}`
  );
}

// One line: how many, what.
function title(): string {
  const what =
    '{{ if $alert.Labels.code }}{{ $alert.Labels.code }} {{ $alert.Labels.name }}' +
    '{{ else if $alert.Annotations.summary }}{{ printf "%.160s" $alert.Annotations.summary }}' +
    `{{ else }}{{ with $alert.Labels.Remove (stringSlice "alertname" "severity") }}{{ range .SortedPairs }}{{ .Name }}={{ printf "%.40s" .Value }} {{ end }}{{ end }}{{ end }}`;
  const item = `{{ if $shown }}, {{ else }}: {{ end }}${what}`;
  return (
    '[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}] {{ .GroupLabels.alertname }}' +
    eachOnce('.Alerts', (alert) => `${alert}.Labels.code`, 3, item) +
    '{{ if $left }} and {{ len $left }} more{{ end }}'
  );
}

const define = (name: string, text: string): string => `{{ define "${name}" -}}\n${text}\n{{- end }}\n`;

const SOURCE = 'Written by dashboards/src/messages.ts (npm run generate): change it there.';

export function alertmanagerMessages(): string {
  return [
    `{{/* ${SOURCE}\nThe messages of gmewatch's alerts; alertmanager.yml loads this file. */}}\n`,
    define('gmewatch.title', title()),
    `{{/* Plain text, for webhooks and for chats with little mark-up. */}}\n${define('gmewatch.text', body(PLAIN))}`,
    `{{/* Slack's mark-up, below 3,000 characters. */}}\n${define('gmewatch.slack', body(SLACK))}`,
    '{{/* Mail, as HTML. */}}\n' +
      define('gmewatch.html', `<!DOCTYPE html>\n<html><body style="font-family: sans-serif; max-width: 40em">\n${body(HTML)}\n</body></html>`),
  ].join('\n');
}

// Prometheus does not answer Grafana, so the texts of the rules would lack their labels and values.
const BLIND = `{{ if .Alerts.Firing }}Grafana cannot evaluate its rules: no alert would report an outage of voice chat.
Check Prometheus and the data source of the rules. gmectl spikes and the triage page do not need them.
Rules:{{ range .Alerts.Firing }} {{ .Labels.rulename }}{{ end }}
{{ else }}Over: Grafana evaluates its rules again.
{{ end }}`;

export function grafanaMessages(): string {
  const templates = [
    define('gmewatch.title', title()),
    define('gmewatch.text', `{{ if eq .GroupLabels.alertname "DatasourceError" }}{{ template "gmewatch.text.blind" . }}\n{{- else }}{{ template "gmewatch.text.alerts" . }}{{ end }}`),
    define('gmewatch.text.blind', BLIND),
    define('gmewatch.text.alerts', body({ ...PLAIN, panels: true })),
  ];
  return GENERATED + stringify({ apiVersion: 1, templates: [{ orgId: 1, name: 'gmewatch', template: templates.join('\n') }] }, { lineWidth: 0 });
}
