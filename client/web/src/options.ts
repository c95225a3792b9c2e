// The options of a client: what they mean, and what becomes of wrong ones.
import type { SpoolStore } from "./spool.js";
import { isVisibleAscii, printableUtf8, textOf } from "./text.js";
import { floor, max, min } from "./numbers.js";

/** The player's answer to "may this game send error counts?". Unknown: counts are kept in memory; no request, no storage, no id. */
export type Consent = "unknown" | "granted" | "denied";

/** An HTTP POST. */
export interface HttpRequest {
  url: string;
  headers: { [name: string]: string };
  body: Uint8Array;
  timeoutMs: number; // connecting is part of it
}

/**
 * Starts a POST and returns what gives it up, if that is possible. `onAnswer` follows, also before it returns; status 0: there was no
 * answer, and the body says why.
 */
export type Post = (request: HttpRequest, onAnswer: (status: number, body: Uint8Array | string) => void) => (() => void) | void;

export interface Options {
  /** http[s]://HOST[:PORT][/PREFIX] of gmewatchd's Connect address or the proxy in front of it. */
  url: string;
  /** 1 to 64 characters of A-Z a-z 0-9 . _ - but not "all" or "other". */
  app: string;
  /** The same. */
  region: string;
  /** The app's key, or a player's token; up to 1024 visible ASCII characters; use https with it. */
  key?: string;

  /** Up to 64 bytes of printable UTF-8 each. */
  appVersion?: string;
  /** From GetSDKVersion(). */
  sdkVersion?: string;
  platform?: string;

  /** The first batch after 10 s, the second after a random part of 60 s, then each 60 s; nothing without counts. */
  firstFlushMs?: number;
  flushMs?: number;
  /** 15 s: when a batch without an answer is sent again. */
  timeoutMs?: number;
  /** 1 s, and 15 min: full jitter between 0 and a bound that doubles. */
  initialBackoffMs?: number;
  maxBackoffMs?: number;
  /** 24 h: when a batch without an acknowledgement is given up (EXPIRED). */
  horizonMs?: number;
  /** 10 s: how often changed counts are written to the spool. */
  spoolMs?: number;

  /** "unknown" unless given. */
  consent?: Consent;
  /** False: no attempt until setNetwork(true). */
  network?: boolean;

  /** What counts survive the end of the game in. Null: nothing. start() sets one that fits. */
  spool?: SpoolStore | null;
  post?: Post;
  /** Milliseconds since any start, which go on while the device sleeps. */
  clock?: () => number;
  /** Milliseconds since 1970; only for the age of a spool. */
  wallClock?: () => number;
  /** Random bytes that no two clients share; undefined without a source. */
  random?: (size: number) => Uint8Array | undefined;
  /** Something is to be done in tick(). */
  wake?: () => void;
  /** The jitter's; 0: drawn from `random`. */
  seed?: number;
}

const HOUR = 3600000;

interface Durations {
  firstFlushMs: number;
  flushMs: number;
  timeoutMs: number;
  maxBackoffMs: number;
  initialBackoffMs: number;
  horizonMs: number;
  spoolMs: number;
}

// Name, default, smallest and largest value.
const DURATIONS: [keyof Durations, number, number, number][] = [
  ["firstFlushMs", 10000, 10, HOUR],
  ["flushMs", 60000, 10, HOUR],
  ["timeoutMs", 15000, 10, 300000],
  ["maxBackoffMs", 900000, 10, HOUR],
  ["initialBackoffMs", 1000, 10, HOUR],
  ["horizonMs", 24 * HOUR, 60000, 720 * HOUR],
  ["spoolMs", 10000, 1000, HOUR],
];

/** Checked options. `error` says what is wrong; `off`: nothing is counted for it. */
export interface Checked extends Durations {
  error: string;
  off: boolean;
  url: string;
  headers: { [name: string]: string };
  app: Uint8Array;
  region: Uint8Array;
  versions: Uint8Array[];
}

class Checker {
  readonly faults: string[] = [];
  off = false;

  fault(field: string, value: unknown, allowed: string): void {
    this.faults.push(`${field} is "${textOf(printableUtf8(String(value), 64))}"; allowed: ${allowed}; nothing is counted`);
    this.off = true;
  }

  url(url: unknown): string {
    const text = String(url);
    if (text.length > 512 || !isVisibleAscii(text) || !/^https?:\/\/[^?#]+$/.test(text))
      this.fault("url", url, "http[s]://HOST[:PORT][/PREFIX], up to 512 characters");
    return text.replace(/\/+$/, "") + "/gmewatch.v1.ErrorReporting/Report";
  }

  label(field: string, value: unknown): Uint8Array {
    const text = String(value);
    if (text === "all" || text === "other") {
      this.fault(field, text, 'any name but "all" and "other", which are reserved');
    } else if (typeof value !== "string" || !/^[A-Za-z0-9._-]{1,64}$/.test(text)) {
      this.fault(field, value, "1 to 64 characters of A-Z a-z 0-9 . _ -");
    }
    return printableUtf8(text, 64);
  }

  version(field: string, value: unknown): Uint8Array {
    if (value === undefined || value === null) return new Uint8Array(0);
    const bytes = printableUtf8(String(value), 64);
    const sent = textOf(bytes);
    if (sent !== value) this.faults.push(`${field} is too long or not printable; it is sent as "${sent}"`);
    return bytes;
  }

  headers(key: string | undefined): { [name: string]: string } {
    const headers: { [name: string]: string } = { "Content-Type": "application/proto", "Connect-Protocol-Version": "1" };
    if (!key) return headers;
    if (key.length > 1024 || !isVisibleAscii(key)) this.fault("key", "***", "up to 1024 visible ASCII characters");
    headers.Authorization = "Bearer " + key;
    return headers;
  }

  durations(options: Options): Durations {
    const found = {} as Durations;
    for (const [field, normal, low, high] of DURATIONS) {
      const value = options[field] === undefined ? normal : options[field]!;
      const top = field === "initialBackoffMs" ? found.maxBackoffMs : high;
      const moved = max(low, min(floor(value) || 0, top));
      if (moved !== value) this.faults.push(`${field} is ${value}; allowed: ${low} to ${top}; it is taken as ${moved}`);
      found[field] = moved;
    }
    return found;
  }
}

export function checkOptions(options: Options): Checked {
  const checker = new Checker();
  const found = {
    url: checker.url(options.url),
    app: checker.label("app", options.app),
    region: checker.label("region", options.region),
    versions: [
      checker.version("appVersion", options.appVersion),
      checker.version("sdkVersion", options.sdkVersion),
      checker.version("platform", options.platform),
    ],
    headers: checker.headers(options.key),
    ...checker.durations(options),
  };
  if (!options.post) checker.fault("post", options.post, "a function; start() finds one");
  return { ...found, error: checker.faults.join("; "), off: checker.off };
}
