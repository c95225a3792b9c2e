// The runbook of the alerts, in the form Meaning, Impact, Diagnosis, Mitigation.
import { Alert } from './alerting';

const HEAD = `# Runbook of the alerts

Written by dashboards/src (npm run generate): change it there. The runbook of a code is a page of gmewatchd, \`/codes/CODE\`.
`;

function section(alert: Alert): string {
  const { meaning, impact, diagnosis, mitigation } = alert.runbook;
  return (
    `\n## ${alert.name}\n\n**Meaning.** ${meaning}\n\n**Impact.** ${impact}\n\n` +
    `**Diagnosis.** ${diagnosis}\n\n**Mitigation.** ${mitigation}\n`
  );
}

export function runbook(alerts: Alert[]): string {
  const byName = new Map(alerts.map((alert) => [alert.name, alert]));
  return HEAD + [...byName.values()].map(section).join('');
}
