// What the page of browser_test.mjs loads: Connect's client for browsers, as window.report.
import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { newSession, readWire } from "./wire.mjs";

const wire = readWire(new Uint8Array(await (await fetch("/descriptors")).arrayBuffer()));
const sessions = new Map();

/** Reports as `player`, and returns what came of it. */
window.report = async (baseUrl, player, sequence, codes, { json = false, app = "demo", headers = {}, timeoutMs = 10000 } = {}) => {
  if (!sessions.has(player)) sessions.set(player, newSession({ app }));
  const client = createClient(wire.service, createConnectTransport({ baseUrl, useBinaryFormat: !json }));
  const batch = { session: sessions.get(player), sequence: BigInt(sequence), codes, counts: codes.map(() => 1) };
  try {
    return { acknowledged: Number((await client.report(batch, { headers, timeoutMs })).acknowledgedSequence) };
  } catch (reason) {
    const error = ConnectError.from(reason);
    const retry = error.findDetails(wire.retryInfo).map((detail) => Number(detail.retryDelay.seconds));
    const fields = error.findDetails(wire.badRequest).flatMap((detail) => detail.fieldViolations.map(({ field }) => field));
    return { code: error.code, message: error.rawMessage, retry, fields };
  }
};
