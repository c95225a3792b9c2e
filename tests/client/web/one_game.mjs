// A game in node: reports what standard input says and keeps its counts in files. Prints its stats after each line.
//
//   node one_game.mjs URL DIRECTORY [OPTION=JSON]...     lines: report CODE COUNT | pause | flush | stats | stop
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { start } from "../../../client/web/build/gmewatch.mjs";

const [url, directory, ...more] = process.argv.slice(2);
const file = (slot) => join(directory, `spool.${slot}`);
const watch = start({
  url,
  app: "demo",
  region: "eu",
  consent: "granted",
  firstFlushMs: 100,
  flushMs: 100,
  initialBackoffMs: 20,
  maxBackoffMs: 200,
  timeoutMs: 2000,
  spool: {
    load: (slot) => (existsSync(file(slot)) ? new Uint8Array(readFileSync(file(slot))) : undefined),
    store: (slot, bytes) => writeFileSync(file(slot), bytes),
    erase: () => [0, 1].forEach((slot) => rmSync(file(slot), { force: true })),
  },
  ...Object.fromEntries(more.map((option) => option.split("=")).map(([name, json]) => [name, JSON.parse(json)])),
});
if (watch.error()) console.error(watch.error());
for await (const line of createInterface({ input: process.stdin })) {
  const [call, code, count] = line.split(" ");
  if (call === "report") watch.report(Number(code), Number(count));
  if (call === "pause") watch.pause();
  if (call === "flush") watch.flush();
  if (call === "stop") break;
  console.log(JSON.stringify(watch.stats()));
}
watch.stop();
