// Counts GME error codes in a game and sends the counts to gmewatchd.
//
//   const watch = start({ url: "https://gmewatch.example.com", app: "demo", region: "eu", consent: "granted" });
//   watch.report(result); // in any GME callback; 0 counts as a success
//
// start() makes a client that sends by itself. An engine with a loop of its own makes a Client and calls tick().
export { Client } from "./client.js";
export type { Consent, HttpRequest, Options, Post } from "./options.js";
export type { MiniAnswer, MiniGame, MiniNetwork, MiniRequest } from "./platform.js";
export type { SpoolStore } from "./spool.js";
export { start, type StartOptions } from "./start.js";
export type { Stats } from "./stats.js";
