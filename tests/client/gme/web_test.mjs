// The adapter with a client of the package, as games import both.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";
import { Client } from "../../../client/web/build/gmewatch.mjs";
import { gmeAdapter } from "../../../client/web/build/gme.mjs";

const newClient = () => new Client({ url: "http://127.0.0.1:1", app: "demo", region: "eu", consent: "granted", post: () => undefined });

test("Events and calls of GME count in a client", () => {
  const client = newClient();
  const gme = gmeAdapter(client, { sdkVersion: "3.5.0" });
  gme.onEvent(1, { result: 0, error_info: "" });
  gme.onEvent(3, { result: 0, error_info: "waiting timeout, please check your network" });
  gme.onEvent(1, { result: {} });
  assert.equal(client.stats().reportedEvents, 2);
  assert.equal(client.stats().uncountable, 0);
  assert.equal(gme.unparsed(), 1);
});

test("A call's result is returned as it is, and no state is taken for a code", () => {
  const client = newClient();
  const gme = gmeAdapter(client);
  for (const result of [0, undefined, null, true, "text", 1.5, NaN]) assert.equal(Object.is(gme.call("EnterRoom", result), result), true);
  assert.equal(client.stats().reportedEvents, 0);
  assert.equal(gme.call("EnterRoom", 1001), 1001);
  assert.equal(client.stats().reportedEvents, 1);
});

test("What is no object, text or number is no data", () => {
  const gme = gmeAdapter(newClient());
  for (const data of [true, [0], () => 0, Symbol("0"), NaN]) gme.onEvent(1, data);
  assert.equal(gme.unparsed(), 5);
});

test("The file for require() and mini games has the same", () => {
  const { gmeAdapter: other } = createRequire(import.meta.url)("../../../client/web/build/gme.cjs");
  const client = newClient();
  other(client).onEvent(1, '{"result":7006}');
  assert.equal(client.stats().reportedEvents, 1);
});
