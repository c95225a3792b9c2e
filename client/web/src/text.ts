// Texts as the server takes them: UTF-8 without characters that hide or move text on a page, or look like another.

// First and last of each range of such characters; client/src/text.cc says what they are.
const HIDDEN = [
  0x0, 0x1f, 0x7f, 0xa0, 0xad, 0xad, 0x34f, 0x34f, 0x600, 0x605, 0x61c, 0x61c, 0x6dd, 0x6dd, 0x70f, 0x70f, 0x890, 0x891, 0x8e2, 0x8e2,
  0x115f, 0x1160, 0x1680, 0x1680, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x2000, 0x200f, 0x2028, 0x202f, 0x205f, 0x206f, 0x2800, 0x2800,
  0x3000, 0x3000, 0x3164, 0x3164, 0xd800, 0xf8ff, 0xfdd0, 0xfdef, 0xfe00, 0xfe0f, 0xfeff, 0xfeff, 0xffa0, 0xffa0, 0xfff0, 0xfffc,
  0xfffe, 0xffff, 0x110bd, 0x110bd, 0x110cd, 0x110cd, 0x13430, 0x1343f, 0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0x1fffe, 0x1ffff,
  0x2fffe, 0x2ffff, 0x3fffe, 0x10ffff,
];

export function isPrintable(point: number): boolean {
  for (let i = 0; i < HIDDEN.length; i += 2) {
    if (point <= HIDDEN[i + 1]) return point < HIDDEN[i];
  }
  return false;
}

const QUESTION_MARK = 0x3f;

function utf8Of(point: number): number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}

/** UTF-8 of whole characters, at most `room` bytes, with '?' for each byte of those that are not printable. */
export function printableUtf8(text: string, room: number): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; ++i) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) ++i;
    const encoded = utf8Of(point);
    if (isPrintable(point)) {
      if (bytes.length + encoded.length > room) break;
      bytes.push(...encoded);
      continue;
    }
    for (let n = 0; n < encoded.length && bytes.length < room; ++n) bytes.push(QUESTION_MARK);
    if (bytes.length === room) break;
  }
  return Uint8Array.from(bytes);
}

export function hexOf(bytes: ArrayLike<number>): string {
  let text = "";
  for (let i = 0; i < bytes.length; ++i) text += (256 + bytes[i]).toString(16).slice(1);
  return text;
}

/** Nothing, if the text has other characters. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from((/^[0-9a-f]*$/.test(text) && text.match(/../g)) || [], (digits) => parseInt(digits, 16));
}

/** The text of UTF-8 bytes; of other bytes, '?' for each that is not ASCII. */
export function textOf(bytes: Uint8Array): string {
  const escaped = hexOf(bytes).replace(/../g, "%$&");
  try {
    return decodeURIComponent(escaped);
  } catch {
    return decodeURIComponent(escaped.replace(/%[89a-f]./g, "?"));
  }
}

/** Whether all characters are visible ASCII. */
export function isVisibleAscii(text: string): boolean {
  return /^[!-~]*$/.test(text);
}
