// Reports what GME's events and calls say to a client of this package. One line in the game's own onEvent:
//
//   import { gmeAdapter } from "gmewatch-client/gme";
//
//   const gme = gmeAdapter(watch, { sdkVersion: tencentGME.getSDKVersion(), events: tencentGME.event });
//   onEvent(type, data) {
//     gme.onEvent(type, data);
//     ...
//   }
//   gme.call("EnterRoom", tencentGME.enterRoom(room, 1)); // around calls that return an error code
//
// client/gme/events.yaml says what is a success and what an error. A call's 0 is no success: the call is only accepted. Nothing but codes and
// names of SDK calls is sent: no argument, no error_info.
import { FIRST_RESULT_CODE, GME_EVENTS, type GmeEvent, LAST_RESULT_CODE, SILENT_DISCONNECT } from "./gme_events.js";

/** Where counts go: a Client, or what start() returns. */
export interface GmeWatch {
  report(code: number): void;
  detail(code: number, operation: string): void;
}

export interface GmeOptions {
  /** What the SDK's getSDKVersion() returns: 2.x and 3.x use some numbers for different events. Without it: 2.x. */
  sdkVersion?: string;
  /** The SDK's names of its events (tencentGME.event, WebGMEAPI.event), if its types are other than the numbers of the C++ SDK. */
  events?: { readonly [name: string]: unknown };
}

export interface GmeAdapter {
  /** The first line of the game's onEvent: the event's type, its data as the SDK passes them (an object, a text, a number). */
  onEvent(type: unknown, data?: unknown): void;
  /** Reports a call that returned an error code, and returns it. */
  call<T>(operation: string, result: T): T;
  /** Events whose data says nothing understandable; they are not counted anywhere else. */
  unparsed(): number;
}

/** 2 or 3, from the SDK's version: "3.5.0.1" is 3. Without a number it is 2. */
export function gmeGeneration(sdkVersion: string | undefined): 2 | 3 {
  const digits = /\d+/.exec(sdkVersion || "");
  return digits && Number(digits[0]) >= 3 ? 3 : 2;
}

/** A code; undefined: nothing is there; "malformed": there is something else. */
type Result = number | undefined | "malformed";

function toCode(value: unknown): Result {
  if (value === undefined || value === null) return undefined;
  const code = typeof value === "string" && /^-?(0|[1-9]\d*)$/.test(value) ? Number(value) : value;
  return typeof code === "number" && (code | 0) === code ? code | 0 : "malformed";
}

const MALFORMED = { malformed: true };
const DEPTH_MAX = 64;

/**
 * The members "result" and `key` of a JSON object, or MALFORMED. It reads what the adapters in other languages read: nested values only have
 * brackets that fit, of a name that is there twice the last value counts, and each value must be a code.
 */
function readText(text: string, key: string): object {
  const found: { [name: string]: number } = {};
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const all = pattern.exec(text);
    if (!all) return undefined;
    at += all[0].length;
    return all[0];
  };
  const skipNested = (): boolean => {
    const open: string[] = [];
    do {
      match(/[^"[\]{}]*/y);
      const c = text[at];
      if (c === '"') {
        if (takeText() === undefined) return false;
        continue;
      }
      if (c === "{" || c === "[") {
        if (open.push(c) > DEPTH_MAX) return false;
      } else if (c === undefined || open.pop() !== (c === "}" ? "{" : "[")) {
        return false;
      }
      ++at;
    } while (open.length > 0);
    return true;
  };
  const takeText = (): string | undefined => {
    if (text[at] !== '"') return undefined;
    const begin = ++at;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    return at < text.length ? text.slice(begin, at++) : undefined;
  };
  const take = (wanted: string): boolean => {
    match(/[ \t\n\r]*/y);
    if (text[at] !== wanted) return false;
    ++at;
    return true;
  };
  const takeMember = (): boolean => {
    match(/[ \t\n\r]*/y);
    const name = takeText();
    if (name === undefined || !take(":")) return false;
    match(/[ \t\n\r]*/y);
    const isWanted = name === key || name === "result";
    if (text[at] === "{" || text[at] === "[") return skipNested() && !isWanted;
    const value = text[at] === '"' ? takeText() : match(/[0-9A-Za-z+.-]+/y);
    if (value === undefined) return false;
    if (!isWanted || (value === "null" && text[at - 1] !== '"')) return true;
    const code = toCode(value);
    if (typeof code !== "number") return false;
    found[name] = code;
    return true;
  };
  if (!take("{")) return MALFORMED;
  if (!take("}")) {
    do {
      if (!takeMember()) return MALFORMED;
    } while (take(","));
    if (!take("}")) return MALFORMED;
  }
  match(/[ \t\n\r]*/y);
  return at === text.length ? found : MALFORMED;
}

function resultOf(data: unknown, key: string): Result {
  if (data === undefined || data === null || data === "") return undefined;
  if (typeof data === "number") return toCode(data);
  const members = (typeof data === "string" ? readText(data, key) : data) as { [name: string]: unknown };
  if (members === MALFORMED || typeof members !== "object" || Array.isArray(members)) return "malformed";
  const [wanted, other] = [toCode(members[key]), toCode(members.result)];
  return wanted === "malformed" || other === "malformed" ? "malformed" : wanted === undefined ? other : wanted;
}

export function gmeAdapter(watch: GmeWatch, options: GmeOptions = {}): GmeAdapter {
  const generation = gmeGeneration(options.sdkVersion);
  const rules = new Map<unknown, GmeEvent>();
  const { events } = options;
  for (const event of GME_EVENTS[generation]) rules.set(events && events[event[1]] !== undefined ? events[event[1]] : event[0], event);
  let unparsed = 0;
  const isResult = (code: number) => code >= FIRST_RESULT_CODE && code <= LAST_RESULT_CODE;
  const report = (code: number, operation: string) => {
    watch.report(code);
    watch.detail(code, operation);
  };
  return {
    onEvent(type, data) {
      const event = rules.get(type);
      if (!event) return;
      const [, , rule, key, operation] = event;
      let code = resultOf(data, key);
      // A disconnect without a code is one all the same.
      if (!code && rule === "disconnect") code = SILENT_DISCONNECT[generation];
      if (typeof code !== "number") {
        ++unparsed;
      } else if (code !== 0 && (rule === "disconnect" || !isResult(code))) {
        report(code, operation);
      } else if (rule === "result") {
        watch.report(0);
      }
    },
    call(operation, result) {
      const code = toCode(result);
      if (typeof code === "number" && code !== 0 && !isResult(code)) report(code, operation);
      return result;
    },
    unparsed: () => unparsed,
  };
}
