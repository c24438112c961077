/** JSON text in UTF-8 under construction. Making strings of it first would cost more than all the rest. */
export interface Bytes {
  /** Grows: read it again after each write. */
  bytes: Uint8Array;
  /** How many are written. */
  length: number;
}

const encoder = new TextEncoder();

/** Larger ones are not kept for the next answer. */
const KEPT_BYTES = 4_000_000;
let kept: Uint8Array | null = null;

/** What `write` writes, as bytes of its own. */
export function written(write: (out: Bytes) => void): Uint8Array {
  const out: Bytes = { bytes: kept ?? new Uint8Array(100_000), length: 0 };
  kept = null; // whoever writes meanwhile takes another
  try {
    write(out);
    return out.bytes.slice(0, out.length);
  } finally {
    if (out.bytes.length <= KEPT_BYTES) kept = out.bytes;
  }
}

/** JSON that stands between values, encoded once for all rows. */
export function constant(json: string): Uint8Array {
  return encoder.encode(json);
}

export function writeConstant(out: Bytes, json: Uint8Array): void {
  const bytes = reserve(out, json.length);
  let at = out.length;
  // For so few bytes a loop takes less than a call of `set`.
  for (let i = 0; i < json.length; i++) bytes[at++] = json[i] ?? 0;
  out.length = at;
}

/** A string as JSON. */
export function writeQuoted(out: Bytes, text: string): void {
  const bytes = reserve(out, text.length + 2);
  let at = out.length;
  bytes[at++] = 0x22;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isPlain = unit >= 0x20 && unit < 0x80 && unit !== 0x22 && unit !== 0x5c;
    if (!isPlain) return writeJson(out, JSON.stringify(text));
    bytes[at++] = unit;
  }
  bytes[at++] = 0x22;
  out.length = at;
}

/** JSON of any kind. */
export function writeJson(out: Bytes, text: string): void {
  const bytes = reserve(out, 3 * text.length);
  out.length += encoder.encodeInto(text, bytes.subarray(out.length)).written;
}

function reserve(out: Bytes, count: number): Uint8Array {
  const needed = out.length + count;
  if (needed > out.bytes.length) {
    const larger = new Uint8Array(Math.max(needed, 2 * out.bytes.length));
    larger.set(out.bytes.subarray(0, out.length));
    out.bytes = larger;
  }
  return out.bytes;
}
