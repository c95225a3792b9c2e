// Plays events and calls of GME on the adapter in TypeScript: replay.py has the lines. An event is played by its number, by its name, and with its
// data as an object too; all must do the same.
import { createInterface } from "node:readline";
import { gmeAdapter, gmeGeneration } from "../../../client/web/build/gme.mjs";

const sdkVersion = `${process.argv[2]}.0`;
const textOf = (hex) => (hex === "none" ? undefined : hex === "-" ? "" : Buffer.from(hex, "hex").toString());

/** What the adapter does, in the words of vectors.yaml. */
function outcome(play, events) {
  let seen = "";
  const watch = {
    report: (code) => (seen += code === 0 ? "success" : `report ${code}`),
    detail: (code, operation) => (seen += ` ${operation || "-"}`),
  };
  const gme = gmeAdapter(watch, { sdkVersion, events });
  play(gme);
  if (gme.unparsed() > 0) seen += "unparsed";
  return seen || "nothing";
}

function objectOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function playEvent(type, name, hex, isText) {
  const data = textOf(hex);
  const done = [outcome((gme) => gme.onEvent(Number(type), data))];
  if (name !== "-") done.push(outcome((gme) => gme.onEvent("as in H5", data), { [name]: "as in H5" }));
  const object = objectOf(data);
  if (!isText && object instanceof Object && !Array.isArray(object)) done.push(outcome((gme) => gme.onEvent(Number(type), object)));
  return new Set(done).size === 1 ? done[0] : `differs: ${done.join(", ")}`;
}

function play(line) {
  const words = line.split(" ");
  const isText = words[0] === "text";
  const [word, ...rest] = isText ? words.slice(1) : words;
  if (word === "event") return playEvent(...rest, isText);
  if (word === "result") return outcome((gme) => gme.onEvent(Number(rest[0]), Number(rest[1])));
  if (word === "version") return String(gmeGeneration(textOf(rest[0])));
  return outcome((gme) => {
    if (gme.call(textOf(rest[0]), Number(rest[1])) !== Number(rest[1])) throw new Error("call() returns another value");
  });
}

for await (const line of createInterface({ input: process.stdin })) console.log(play(line));
