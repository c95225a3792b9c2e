// What browsers, engines and mini games offer, behind the interfaces of the client: HTTP, storage, clock, random bytes, life cycle.
import type { Post } from "./options.js";
import type { SpoolStore } from "./spool.js";
import { fromHex, hexOf } from "./text.js";
import { max } from "./numbers.js";

/** What `request` of a mini game takes. */
export interface MiniRequest {
  url: string;
  method: string;
  header: { [name: string]: string };
  data: ArrayBuffer;
  dataType: string;
  responseType: string;
  timeout: number;
  success(answer: MiniAnswer): void;
  fail(error: MiniAnswer): void;
}

export interface MiniAnswer {
  statusCode?: number;
  data?: unknown;
  errMsg?: string;
}

/** `wx` of WeChat and `tt` of Douyin, as far as it is used. */
export interface MiniGame {
  request(options: MiniRequest): { abort?: () => void } | undefined;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: string): void;
  removeStorageSync(key: string): void;
  onHide?(listener: () => void): void;
  onShow?(listener: () => void): void;
  onNetworkStatusChange?(listener: (status: MiniNetwork) => void): void;
}

export interface MiniNetwork {
  isConnected: boolean;
}

declare const wx: MiniGame | undefined;
declare const tt: MiniGame | undefined;
declare const jsb: unknown; // Cocos on a device

/** A page in WeChat's browser has another `wx`, without these calls. */
export function findMiniGame(): MiniGame | undefined {
  const found = typeof tt !== "undefined" ? tt : typeof wx !== "undefined" ? wx : undefined;
  return found && typeof found.request === "function" && typeof found.getStorageSync === "function" ? found : undefined;
}

// A view may be part of a larger buffer.
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

export const postByFetch: Post = ({ url, headers, body }, onAnswer) => {
  const controller = typeof AbortController === "function" ? new AbortController() : undefined;
  fetch(url, {
    method: "POST",
    headers,
    body: bufferOf(body),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
    keepalive: true, // it outlives a page that is left
    signal: controller && controller.signal,
  })
    .then((answer) => answer.arrayBuffer().then((buffer) => onAnswer(answer.status, new Uint8Array(buffer))))
    .catch((error) => onAnswer(0, String(error)));
  return () => controller && controller.abort();
};

export const postByXhr: Post = ({ url, headers, body, timeoutMs }, onAnswer) => {
  const call = new XMLHttpRequest();
  call.open("POST", url, true);
  call.responseType = "arraybuffer";
  call.timeout = timeoutMs;
  Object.keys(headers).forEach((name) => call.setRequestHeader(name, headers[name]));
  call.onload = () => onAnswer(call.status, new Uint8Array(call.response || 0));
  call.onerror = call.ontimeout = ({ type }) => onAnswer(0, "XMLHttpRequest: " + type);
  call.send(bufferOf(body));
  return () => call.abort();
};

function postBy(game: MiniGame): Post {
  return ({ url, headers, body, timeoutMs }, onAnswer) => {
    const task = game.request({
      url,
      method: "POST",
      header: headers,
      data: bufferOf(body),
      dataType: "arraybuffer", // not JSON
      responseType: "arraybuffer",
      timeout: timeoutMs,
      success: ({ statusCode, data }) => onAnswer(statusCode || 0, data instanceof ArrayBuffer ? new Uint8Array(data) : String(data)),
      fail: (error) => onAnswer(0, String(error && error.errMsg)),
    });
    return () => task && task.abort && task.abort();
  };
}

export function findPost(): Post | undefined {
  const game = findMiniGame();
  if (game) return postBy(game);
  if (typeof fetch === "function") return postByFetch;
  return typeof XMLHttpRequest === "function" ? postByXhr : undefined;
}

/** The storage of the mini game or the page: each slot in hexadecimal digits under NAME.0 and NAME.1. */
export function findSpool(name: string): SpoolStore | undefined {
  const game = findMiniGame();
  const key = (slot: number) => `${name}.${slot}`;
  try {
    const storage = game ? undefined : localStorage;
    return {
      load(slot) {
        const text = game ? game.getStorageSync(key(slot)) : storage!.getItem(key(slot));
        return fromHex(typeof text === "string" ? text : "");
      },
      store(slot, bytes) {
        const text = hexOf(bytes);
        game ? game.setStorageSync(key(slot), text) : storage!.setItem(key(slot), text);
      },
      erase: () => [0, 1].forEach((slot) => (game ? game.removeStorageSync(key(slot)) : storage!.removeItem(key(slot)))),
    };
  } catch {
    return undefined; // the page may not have a storage
  }
}

/**
 * Calls `then` once this page alone has the name, or with what is in the way: two tabs with one spool would send one session twice.
 * An engine on a device and a mini game have one page.
 */
export function ownAlone(name: string, then: (obstacle: string) => void): void {
  if (findMiniGame() || typeof jsb !== "undefined") return then("");
  const locks = typeof navigator !== "undefined" ? navigator.locks : undefined;
  if (!locks) return then("no spool: navigator.locks needs https");
  locks
    .request(name, { ifAvailable: true }, (lock) => {
      then(lock ? "" : "no spool: another tab has it");
      return lock ? new Promise<void>(() => undefined) : undefined; // until the page ends
    })
    .catch((error) => then(`no spool: ${error}`));
}

/**
 * Milliseconds that never go back and go on while the device sleeps. Where performance.now() stands still in suspend, the wall clock
 * shows how long that was; a wall clock that is put back changes nothing, one that is put forward makes counts older.
 */
export function makeClock(wall: () => number = Date.now): () => number {
  const steady = typeof performance === "object" && typeof performance.now === "function" ? () => performance.now() : undefined;
  let time = 0;
  let lastWall = wall();
  let lastSteady = steady ? steady() : 0;
  return () => {
    const wallNow = wall();
    const steadyNow = steady ? steady() : 0;
    time += max(0, wallNow - lastWall, steadyNow - lastSteady);
    lastWall = wallNow;
    lastSteady = steadyNow;
    return time;
  };
}

export function cryptoRandom(size: number): Uint8Array | undefined {
  if (typeof crypto !== "object" || typeof crypto.getRandomValues !== "function") return undefined;
  return crypto.getRandomValues(new Uint8Array(size));
}

/** For engines without crypto.getRandomValues. They seed Math.random() from the system. */
export function weakRandom(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, () => Math.random() * 256);
}

/** Calls `onHide` and `onShow` with the page or the mini game, `onNetwork` with the network. Returns what ends that. */
export function watchLife(onHide: () => void, onShow: () => void, onNetwork: (available: boolean) => void): () => void {
  let ended = false;
  const live = (call: () => void) => () => ended || call();
  const end = () => (ended = true);
  const game = findMiniGame();
  if (game) {
    if (game.onHide) game.onHide(live(onHide));
    if (game.onShow) game.onShow(live(onShow));
    if (game.onNetworkStatusChange) game.onNetworkStatusChange(({ isConnected }) => ended || onNetwork(isConnected));
  } else if (typeof document === "object" && typeof addEventListener === "function") {
    document.addEventListener("visibilitychange", live(() => (document.visibilityState === "hidden" ? onHide() : onShow())));
    addEventListener("pagehide", live(onHide));
    for (const available of [true, false]) addEventListener(available ? "online" : "offline", live(() => onNetwork(available)));
    if (navigator.onLine === false) onNetwork(false);
  }
  return end;
}
