// Connect's own clients for node against a real gmewatchd: usage: GMEWATCHD=PROGRAM DESCRIPTORS=FILE node --test node_test.mjs
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { after, before, test } from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { compressionGzip, createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { Site } from "../web/site.mjs";
import { newSession, readWire } from "./wire.mjs";

const PROGRAM = process.env.GMEWATCHD;
const DESCRIPTORS = readFileSync(process.env.DESCRIPTORS);
const wire = readWire(DESCRIPTORS);

let site;
before(async () => {
  site = new Site();
  site.more = "quotas: {session_events_per_minute: 60, session_events_burst: 100}\n";
  await site.start(PROGRAM);
});
after(() => site?.stop());

const connect = (options = {}, { at = site, service = wire.service } = {}) =>
  createClient(service, createConnectTransport({ baseUrl: at.url, httpVersion: "1.1", ...options }));
const batches = (result, at = site) => at.sum("gmewatch_batches_total", { result });

/** The clients of one service that must see the same: by Connect in Protobuf and in JSON, and by gRPC at its own port. */
function all() {
  const grpc = createClient(wire.service, createGrpcTransport({ baseUrl: `http://${site.ingest}` }));
  return { proto: connect({ useBinaryFormat: true }), json: connect({ useBinaryFormat: false }), grpc };
}

/** The error of a call, which must fail. */
async function errorOf(call) {
  const error = await call.then(
    (answer) => assert.fail(`an answer: ${JSON.stringify(answer.acknowledgedSequence?.toString())}`),
    (reason) => reason,
  );
  assert.ok(error instanceof ConnectError, String(error));
  return error;
}

test("a batch is counted once, sent by each of them and again", async () => {
  const counted = await batches("counted");
  for (const [round, first] of Object.keys(all()).entries()) {
    const session = newSession();
    const batch = {
      session,
      sequence: 1n,
      codes: [1005, -2147483648, 0],
      counts: [3, 1, 20],
      age: { seconds: 1n, nanos: 500000000 },
      losses: [{ reason: 2, events: 7n }],
      details: [{ code: 1005, operation: "EnterRoom", underlyingCode: -9007199254740993n }],
    };
    const clients = all();
    const order = [first, ...Object.keys(clients)];
    for (const name of order) {
      const answer = await clients[name].report(batch);
      assert.deepEqual([answer.acknowledgedSequence, answer.refused.length], [1n, 0], name);
    }
    assert.equal((await clients[first].report({ ...batch, sequence: 2n, codes: [1006], counts: [1], losses: [], details: [] })).acknowledgedSequence, 2n);
    await site.until("errors 1005", 3 * (round + 1), () => site.errors("1005"));
    assert.equal(await site.errors("-2147483648"), round + 1);
    assert.equal(await site.sum("gme_client_lost_events_total", { app: "demo", reason: "expired" }), 7 * (round + 1));
  }
  assert.equal((await batches("counted")) - counted, 6);
});

test("a rejection has the code, message and details that gRPC has", async () => {
  const known = newSession();
  await connect().report({ session: known, sequence: 1n, codes: [1], counts: [90] });
  const cases = [
    [Code.InvalidArgument, { session: newSession(), sequence: 1n, codes: [1005], counts: [0] }],
    [Code.InvalidArgument, { sequence: 1n, codes: [1005], counts: [1] }],
    [Code.PermissionDenied, { session: newSession({ app: "nobody" }), sequence: 1n }],
    [Code.PermissionDenied, { session: newSession({ region: "mars" }), sequence: 1n }],
    [Code.Unauthenticated, { session: newSession({ app: "keyed" }), sequence: 1n }],
    [Code.ResourceExhausted, { session: known, sequence: 2n, codes: [1], counts: [100] }],
  ];
  for (const [code, batch] of cases) {
    const found = [];
    for (const client of Object.values(all())) {
      const error = await errorOf(client.report(batch));
      const fields = error.findDetails(wire.badRequest).flatMap((detail) => detail.fieldViolations.map(({ field }) => field));
      found.push({ code: error.code, message: error.rawMessage.replace(/\d+(\.\d+)?m?s\b/g, "TIME"), fields });
      const delays = error.findDetails(wire.retryInfo).map((detail) => Number(detail.retryDelay.seconds));
      if (code === Code.ResourceExhausted) assert.ok(delays.length === 1 && delays[0] >= 1, `RetryInfo ${delays}`);
      else assert.deepEqual(delays, []);
    }
    assert.deepEqual([found[0].code, found[0].fields.length], [code, code === Code.InvalidArgument ? 1 : 0], found[0].message);
    assert.deepEqual(found[1], found[0]);
    assert.deepEqual(found[2], found[0]);
  }
});

test("a key goes in the header authorization", async () => {
  const session = newSession({ app: "keyed" });
  for (const client of Object.values(all())) {
    const answer = await client.report({ session, sequence: 1n, codes: [1005], counts: [2] }, { headers: { Authorization: "Bearer the-only-key" } });
    assert.equal(answer.acknowledgedSequence, 1n);
  }
  await site.until("errors 1005 of keyed", 2, () => site.errors("1005", "keyed"));
});

test("a compressed batch is rejected with the encoding that is taken, and not counted", async () => {
  const counted = await batches("counted");
  const batch = { session: newSession(), sequence: 1n, codes: [1005], counts: [1] };
  for (const useBinaryFormat of [true, false]) {
    const client = connect({ useBinaryFormat, sendCompression: compressionGzip, compressMinBytes: 0 });
    const error = await errorOf(client.report(batch));
    assert.equal(error.code, Code.Unimplemented);
    assert.match(error.rawMessage, /"gzip"; only identity/);
    assert.equal(error.metadata.get("accept-encoding"), "identity");
  }
  assert.equal(await batches("counted"), counted);
  // Answers are not compressed for whoever would take that.
  assert.equal((await connect({ acceptCompression: [compressionGzip] }).report(batch)).acknowledgedSequence, 1n);
});

test("GET is no way to report", async () => {
  const idempotent = readWire(DESCRIPTORS, true).service;
  const client = connect({ useHttpGet: true }, { service: idempotent });
  const counted = await batches("counted");
  const error = await errorOf(client.report({ session: newSession(), sequence: 1n, codes: [1005], counts: [1] }));
  assert.equal(error.code, Code.Unimplemented);
  assert.match(error.rawMessage, /only POST is allowed/);
  assert.equal(await batches("counted"), counted);
});

test("a call of another method or a wrong path ends with unimplemented", async () => {
  const stream = connect().reportStream((async function* () {})());
  const error = await errorOf(stream[Symbol.asyncIterator]().next());
  assert.equal(error.code, Code.Unimplemented);
  const elsewhere = connect({ baseUrl: `${site.url}/elsewhere` });
  assert.equal((await errorOf(elsewhere.report({ session: newSession(), sequence: 1n }))).code, Code.Unimplemented);
});

test("a time limit of the client is answered, and the batch counts once", async (t) => {
  const slow = new Site();
  slow.more = "log: {commit_interval: 1s}\n"; // within one interval there is at most one commit
  await slow.start(PROGRAM);
  t.after(() => slow.stop());
  const session = newSession();
  const client = connect({}, { at: slow });
  // With the first limit the client gives up as well; the second one is gmewatchd's alone.
  for (const options of [{ timeoutMs: 50 }, { headers: { "Connect-Timeout-Ms": "50" } }]) {
    let error;
    for (let i = 0; i < 5 && !error; ++i) {
      const batch = { session, sequence: BigInt((await batches("counted", slow)) + 1), codes: [1005], counts: [1] };
      error = await client.report(batch, options).then(() => undefined, (reason) => reason);
      if (!error) continue;
      assert.equal(error.code, Code.DeadlineExceeded);
      if (options.headers) assert.match(error.rawMessage, /not settled within connect-timeout-ms/);
      assert.equal((await client.report(batch, { timeoutMs: 20000 })).acknowledgedSequence, batch.sequence);
    }
    assert.ok(error, "no call was too late");
  }
  await slow.until("errors 1005", await batches("counted", slow), () => slow.errors("1005"));
});

test("a message that is too large is rejected with the limit", async () => {
  const batch = { session: newSession(), sequence: 1n, codes: Array(200000).fill(1005) };
  for (const useBinaryFormat of [true, false]) {
    const error = await errorOf(connect({ useBinaryFormat }).report(batch));
    assert.deepEqual([error.code, error.findDetails(wire.badRequest).length], [Code.InvalidArgument, 1]);
    assert.match(error.rawMessage, /max_message_bytes/);
  }
});

test("the example with curl does what it says", () => {
  const [, command, printed] = /\n( {4}curl -s .*\n(?: {6}.*\n)*) {4}(\{.*\})\n/.exec(readFileSync(new URL("../../../proto/README.md", import.meta.url), "utf8"));
  assert.equal(execFileSync("bash", ["-c", command.replace("127.0.0.1:4748", site.connect)], { encoding: "utf8" }), printed);
});

test("calls go over one connection that is kept", async () => {
  let connections = 0;
  class CountingAgent extends Agent {
    createConnection(...options) {
      ++connections;
      return super.createConnection(...options);
    }
  }
  const agent = new CountingAgent({ keepAlive: true, maxSockets: 1 });
  const client = connect({ nodeOptions: { agent } });
  const session = newSession();
  for (let i = 1n; i <= 40n; ++i) await client.report({ session, sequence: i, codes: [2], counts: [1] });
  await errorOf(client.report({ session: newSession({ app: "nobody" }), sequence: 1n }));
  await client.report({ session, sequence: 41n, codes: [2], counts: [1] });
  agent.destroy();
  assert.equal(connections, 1);
});

// The last one: it ends the daemon of the others.
test("a call without a gmewatchd fails, and its batch is counted once when that is back", async () => {
  const client = connect();
  const session = newSession();
  const batch = (sequence) => ({ session, sequence, codes: [1018], counts: [1] });
  await client.report(batch(1n));
  await site.kill();
  const error = await errorOf(client.report(batch(2n)));
  assert.notEqual(error.code, Code.InvalidArgument);
  await site.start(PROGRAM, [], site.connect);
  for (const sequence of [1n, 2n, 2n]) assert.equal((await client.report(batch(sequence))).acknowledgedSequence >= sequence, true);
  await site.until("errors 1018", 2, () => site.errors("1018"));
});
