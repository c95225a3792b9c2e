// Plays transcripts (tests/client/vectors) on the client in TypeScript, as it is published: the lines that it reads and prints are those of
// tests/client/c/vector_player.c.
import { createInterface } from "node:readline";
import { Client } from "../../../client/web/build/gmewatch.mjs";

const CONSENT = ["unknown", "granted", "denied"];
const TEXTS = { url: "url", app: "app", region: "region", key: "key", app_version: "appVersion", sdk_version: "sdkVersion", platform: "platform" };
const NUMBERS = {
  first_flush_ms: "firstFlushMs", flush_ms: "flushMs", timeout_ms: "timeoutMs", initial_backoff_ms: "initialBackoffMs",
  max_backoff_ms: "maxBackoffMs", horizon_ms: "horizonMs", spool_ms: "spoolMs", seed: "seed",
};

const options = { spool: null };
const ids = [];
const slots = [];
let readable = true;
let now = 0;
let wallShift = 0;
let client;
let answer;

const bytesOf = (hex) => Uint8Array.from(Buffer.from(hex === "-" ? "" : hex, "hex"));
const textOf = (hex) => Buffer.from(bytesOf(hex)).toString("utf8");

options.clock = () => now;
options.wallClock = () => 1700000000000 + now + wallShift;
options.random = (size) => (size === 16 ? ids.shift() : undefined);
options.post = (request, onAnswer) => {
  console.log(`post ${Buffer.from(request.body).toString("hex")}`);
  answer = onAnswer;
  return () => console.log("cancel");
};

function setOption(name, word) {
  if (name in TEXTS) options[TEXTS[name]] = textOf(word);
  else if (name in NUMBERS) options[NUMBERS[name]] = Number(word);
  else if (name === "consent") options.consent = CONSENT[Number(word)];
  else if (name === "network") options.network = word !== "0";
  else if (name === "spool" && word !== "0")
    options.spool = {
      load(slot) {
        if (!readable) throw new Error("not readable");
        return slots[slot];
      },
      store: (slot, bytes) => (slots[slot] = bytes),
      erase: () => (slots.length = 0),
    };
}

function begin() {
  client = new Client(options);
  if (client.error()) console.log(`error ${client.error()}`);
}

const calls = {
  report: (code, count) => client.report(Number(code), Number(count)),
  detail: (code, operation, underlying) => client.detail(Number(code), textOf(operation), underlying),
  answer: (status, body) => answer && answer(Number(status), bytesOf(body)),
  consent: (value) => client.setConsent(CONSENT[Number(value)]),
  network: (value) => client.setNetwork(value !== "0"),
  flush: () => client.flush(),
  pause: () => client.pause(),
  wall: (milliseconds) => (wallShift += Number(milliseconds)),
  readable: (value) => (readable = value !== "0"),
  kill: () => begin(), // nothing of the client is written
  tick: () => undefined,
};

for await (const line of createInterface({ input: process.stdin })) {
  const [word, ...rest] = line.split(" ");
  if (word === "option") setOption(...rest);
  else if (word === "id") ids.push(bytesOf(rest[0]));
  else if (word === "begin") begin();
  else if (word === "step") {
    now = Number(rest[0]);
    calls[rest[1]](...rest.slice(2));
    const next = client.tick();
    console.log(`next ${next === Infinity ? "never" : next}`);
  }
}
