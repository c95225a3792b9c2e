// The documented codes, as daemon/catalog/gme.yaml has them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface DocumentedCode {
  value: number;
  name: string;
  description: string;
  cause: string;
  solution: string;
}

export type DocumentedText = 'description' | 'cause' | 'solution';

// Fails on a text with characters that Grafana or PromQL would interpret.
function checkText(code: DocumentedCode, which: DocumentedText): void {
  const text = code[which];
  if (typeof text !== 'string' || text.length === 0) throw new Error(`${code.value}: no ${which}`);
  if (/[\n$]|\[\[/.test(text)) {
    throw new Error(`${code.value}: ${which} has "$", "[[" or a line end, which a dashboard reads as a variable`);
  }
}

const FILE = join(__dirname, '../../../daemon/catalog/gme.yaml');

interface Catalog {
  codes: DocumentedCode[];
  general_steps: { stopped: string[] };
}
const parsed = (): Catalog => parse(readFileSync(FILE, 'utf8')) as Catalog;

// What to check when reports stop, the likeliest first.
export const stoppedSteps = (): string[] => parsed().general_steps.stopped;

export function readCatalog(): DocumentedCode[] {
  const { codes } = parsed();
  for (const code of codes) {
    for (const which of ['description', 'cause', 'solution'] as const) checkText(code, which);
  }
  return codes;
}
