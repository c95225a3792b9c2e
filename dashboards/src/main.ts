// Writes what dashboards/ has of generated files into the folder that the first argument names.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCatalog } from './catalog';
import { code } from './code';
import { daemon } from './daemon';
import { overview } from './overview';

const CATALOG = join(__dirname, '../../../daemon/catalog/gme.yaml');

function main(folder: string): void {
  const codes = readCatalog(CATALOG);
  const files: Record<string, string> = {};
  for (const dashboard of [overview(), code(codes), daemon()]) {
    const name = dashboard.uid?.replace('gme-', '');
    files[`grafana/${name}.json`] = `${JSON.stringify(dashboard, null, 2)}\n`;
  }
  for (const [path, text] of Object.entries(files)) {
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
