// Writes the generated files of dashboards/ into the folder given as the first argument.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ALERTS_OF_CODES, RECORDINGS_OF_CODES } from './alerts_of_codes';
import { ALERTS_OF_CLUSTER } from './alerts_of_cluster';
import { ALERTS_OF_DAEMON, RECORDINGS_OF_DAEMON } from './alerts_of_daemon';
import { readCatalog } from './catalog';
import { code } from './code';
import { daemon } from './daemon';
import { grafanaAlerts } from './grafana_rules';
import { alertmanagerMessages, grafanaMessages } from './messages';
import { overview } from './overview';
import { prometheusAlerts, prometheusRecordings } from './prometheus_rules';
import { runbook } from './runbook';

const GROUPS = { 'gmewatch-codes': ALERTS_OF_CODES, 'gmewatch-daemon': ALERTS_OF_DAEMON, 'gmewatch-cluster': ALERTS_OF_CLUSTER };

// The generated files by path.
function files(): Record<string, string> {
  const dashboards = [overview(), code(readCatalog()), daemon()];
  const written: Record<string, string> = {};
  for (const dashboard of dashboards) {
    written[`grafana/${dashboard.uid?.replace('gme-', '')}.json`] = `${JSON.stringify(dashboard, null, 2)}\n`;
  }
  return {
    ...written,
    'prometheus/recording.yaml': prometheusRecordings([...RECORDINGS_OF_CODES, ...RECORDINGS_OF_DAEMON]),
    'prometheus/alerts.yaml': prometheusAlerts(GROUPS),
    'alertmanager/gmewatch.tmpl': alertmanagerMessages(),
    'alerting/messages.yaml': grafanaMessages(),
    'alerting/rules.yaml': grafanaAlerts(GROUPS, dashboards),
    'runbook.md': runbook(Object.values(GROUPS).flat()),
  };
}

function main(folder: string): void {
  for (const [path, text] of Object.entries(files())) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (process.argv.length !== 3) {
  console.error('usage: node main.js FOLDER');
  process.exit(2);
}
main(process.argv[2]);
