// Assembles a dashboard from its parts, as classic JSON.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as cog from '@grafana/grafana-foundation-sdk/cog';
import { between } from './links';

// The schema version of Grafana 9.4; later versions read it.
const SCHEMA_VERSION = 37;

export interface Parts {
  uid: string;
  title: string;
  description: string;
  from: string;
  variables: cog.Builder<dashboard.VariableModel>[];
  annotations: cog.Builder<dashboard.AnnotationQuery>[];
  panels: cog.Builder<dashboard.Panel>[];
}

export function assemble(parts: Parts): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(parts.title)
    .id(null)
    .uid(parts.uid)
    .description(parts.description)
    .tags(['gme', 'gmewatch'])
    .timezone('browser')
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: parts.from, to: 'now' })
    .refresh('30s')
    .links(between(parts.uid))
    .variables(parts.variables)
    .annotations(parts.annotations);
  for (const panel of parts.panels) builder.withPanel(panel);
  const built = builder.build();
  built.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return { ...built, schemaVersion: SCHEMA_VERSION };
}
