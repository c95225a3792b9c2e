// What an answer means: an acknowledgement, gmewatchd's verdict, or a failed attempt.
import { Reader } from "./wire.js";
import { printableUtf8, textOf } from "./text.js";
import { ceil, max, min, trunc } from "./numbers.js";

const SERVER_PAUSE_MAX = 3600000; // a longer pause that a server asks for is cut to this

// gRPC's status codes are the indexes.
export const CODE_NAMES = [
  "ok", "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied",
  "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable", "data_loss",
  "unauthenticated",
];
const UNKNOWN = 2;
export const INVALID_ARGUMENT = 3;
export const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
export const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

export interface Outcome {
  code: number;
  /** gmewatchd's own INVALID_ARGUMENT, with its details: about this batch. */
  isVerdict?: boolean;
  /** Waiting will not help. */
  needsOperator?: boolean;
  acknowledged: number;
  minInterval?: number;
  /** RetryInfo. */
  retry?: number;
  httpStatus: number;
  text: string;
}

/** A google.protobuf.Duration in milliseconds, rounded up, from 0 to SERVER_PAUSE_MAX. */
function durationOf(message: Reader): number {
  let seconds = 0;
  let nanos = 0;
  message.fields((field, value, bytes) => {
    if (bytes) return;
    if (field === 1) seconds = message.high >= 0x80000000 ? -1 : value;
    if (field === 2) nanos = message.low | 0;
  });
  if (seconds < 0) return 0;
  const milliseconds = seconds * 1000 + (nanos > 0 ? ceil(nanos / 1000000) : trunc(nanos / 1000000));
  return max(0, min(milliseconds, SERVER_PAUSE_MAX));
}

function shown(bytes: Uint8Array): string {
  return textOf(printableUtf8(textOf(bytes), 199));
}

/** A ReportResponse; bytes that are not one are another server's answer, such as a login page. */
function readResponse(body: Uint8Array, sequence: number): Outcome {
  const outcome: Outcome = { code: 0, acknowledged: 0, minInterval: 0, httpStatus: 200, text: "" };
  const message = new Reader(body);
  let bad = false;
  message.fields((field, value, bytes) => {
    if (field === 1 && !bytes) outcome.acknowledged = value;
    if (field === 2 && bytes) outcome.minInterval = durationOf(bytes);
    if (field === 3 && bytes) {
      let rejected = 0;
      let reason = new Uint8Array(0);
      bytes.fields((inner, number, text) => {
        if (inner === 1 && !text) rejected = number;
        if (inner === 2 && text) reason = new Uint8Array(text.rest());
      });
      if (rejected === sequence && rejected > 0) {
        outcome.code = INVALID_ARGUMENT;
        outcome.isVerdict = true;
        outcome.text = shown(reason);
      }
    }
    if (bytes && bytes.bad) bad = true;
  });
  if (!bad && !message.bad) return outcome;
  const text = "HTTP 200 without a ReportResponse: another server or a login page answers; check url";
  return { code: UNAVAILABLE, acknowledged: 0, httpStatus: 200, text };
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bytes of base64 in either alphabet, with or without padding; what follows another character is left out. */
function fromBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const digit of text) {
    const value = DIGITS.indexOf(digit === "-" ? "+" : digit === "_" ? "/" : digit);
    if (value < 0) break;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

interface DetailJson {
  type?: unknown;
  value?: unknown;
}

interface ErrorJson {
  code?: unknown;
  message?: unknown;
  details?: unknown;
}

function readDetail(detail: unknown, outcome: Outcome): boolean {
  const { type, value } = Object(detail) as DetailJson;
  const bytes = fromBase64(typeof value === "string" ? value : "");
  const name = String(type).replace(/^.*\//, ""); // Envoy writes the URL of a Protobuf Any before it
  if (name === "google.rpc.RetryInfo") {
    const message = new Reader(bytes);
    let retry = 0;
    message.fields((field, _, duration) => {
      if (field === 1 && duration) retry = durationOf(duration);
    });
    if (!message.bad) outcome.retry = retry;
  }
  return name === "google.rpc.BadRequest" && bytes[0] === 0x0a; // has a violation
}

/** A Connect error: {"code": ..., "message": ..., "details": [...]}; undefined if the body is not one. */
function readConnectError(status: number, body: Uint8Array): Outcome | undefined {
  let error: ErrorJson;
  try {
    error = Object(JSON.parse(textOf(body)));
  } catch {
    return undefined;
  }
  const code = CODE_NAMES.indexOf(String(error.code));
  if (code <= 0) return undefined;
  const outcome: Outcome = { code, acknowledged: 0, httpStatus: status, text: "" };
  if (typeof error.message === "string") outcome.text = textOf(printableUtf8(error.message, 199));
  const details: unknown[] = Array.isArray(error.details) ? error.details : [];
  const hasViolation = details.map((detail) => readDetail(detail, outcome)).some(Boolean);
  outcome.isVerdict = code === INVALID_ARGUMENT && hasViolation;
  outcome.needsOperator =
    code === UNAUTHENTICATED || code === PERMISSION_DENIED || code === UNIMPLEMENTED || (code === INVALID_ARGUMENT && !hasViolation);
  return outcome;
}

/** An answer of something in between, without a verdict about the batch. */
function gatewayError(status: number): Outcome {
  const isBusy = status === 408 || status === 425 || status === 429;
  const code =
    status === 401 ? UNAUTHENTICATED
    : status === 403 ? PERMISSION_DENIED
    : status === 404 || status === 405 ? UNIMPLEMENTED
    : status === 400 ? INTERNAL
    : isBusy || status >= 500 ? UNAVAILABLE
    : UNKNOWN;
  const text = `HTTP ${status} from a proxy or another server than gmewatchd; check url and what stands in between`;
  return { code, needsOperator: status >= 300 && status < 500 && !isBusy, acknowledged: 0, httpStatus: status, text };
}

/** HTTP status 0: there was no answer, and the body is the transport's words for it. */
export function readAnswer(status: number, body: Uint8Array, sequence: number): Outcome {
  if (status === 200) return readResponse(body, sequence);
  if (status > 0) return readConnectError(status, body) || gatewayError(status);
  const words = shown(body);
  const text = `no answer: ${words}${words ? "; " : ""}check the network, then url`;
  return { code: UNAVAILABLE, acknowledged: 0, httpStatus: 0, text };
}
