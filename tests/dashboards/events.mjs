// A filter with Grafana's own code: its annotation support and its sanitiser, applied to a real answer of Prometheus.
//
//   node events.mjs BUNDLE <INPUT.json >EVENTS.json
//
// INPUT: { annotation, step, series: [{ metric, values: [[seconds, "value"], ...] }] } as in an answer of Prometheus to a range query.
// EVENTS: [{ time, timeEnd, html, text }], times in ms; html is the tooltip, text its visible text.
// BUNDLE is the path of a bundle of the two packages; it is built each time, which takes a second.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { JSDOM } from 'jsdom';
import { lastValueFrom } from 'rxjs';

const PACKAGES = `
  export { PrometheusAnnotationSupport } from './node_modules/@grafana/prometheus/dist/esm/annotations.mjs';
  export { textUtil } from '@grafana/data';`;

// The query editor is loaded too, but not used.
const unused = {
  name: 'unused',
  setup(builder) {
    builder.onResolve({ filter: /AnnotationQueryEditor/ }, ({ path }) => ({ path, namespace: 'unused' }));
    builder.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      contents: 'export const AnnotationQueryEditor = null;',
    }));
  },
};

async function grafana(bundle) {
  const { window } = new JSDOM('');
  globalThis.window = window;
  globalThis.document = window.document;
  const stdin = { contents: PACKAGES, resolveDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname };
  await build({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: bundle, logLevel: 'error', plugins: [unused] });
  return createRequire(import.meta.url)(resolve(bundle));
}

// As Grafana's data source hands it on.
const frameOf = ({ metric, values }, step) => ({
  meta: { executedQueryString: `Step: ${step}` },
  fields: [
    { name: 'Time', type: 'time', config: {}, values: values.map(([seconds]) => seconds * 1000) },
    { name: 'Value', type: 'number', config: {}, labels: metric, values: values.map(([, value]) => Number(value)) },
  ],
});

const { annotation, step, series } = JSON.parse(readFileSync(0, 'utf8'));
const { PrometheusAnnotationSupport, textUtil } = await grafana(process.argv[2]);
const support = PrometheusAnnotationSupport({});
const prepared = support.prepareAnnotation(annotation);
const frames = series.map((one) => frameOf(one, step));
const events = frames.length === 0 ? [] : await lastValueFrom(support.processEvents(prepared, frames));
const shown = events.map(({ time, timeEnd, title, text, tags }) => {
  const html = textUtil.sanitize(`${title}<br/>${text}`);
  return { time, timeEnd, tags, html, text: new JSDOM(html).window.document.body.textContent };
});
process.stdout.write(JSON.stringify({ expr: prepared.target.expr, events: shown }));
