/** Texts that follow each other, in UTF-8. */
export interface Bytes {
  add(text: string): void;
  /** All of them: nothing is added afterwards. */
  end(): Lent;
}

/** Bytes in memory that the next answer is written to, once it is given back. */
export interface Lent {
  readonly bytes: Uint8Array;
  /** Whoever has copied them looks at them no more. */
  giveBack(): void;
}

/**
 * So much text is held as strings. A whole answer of them would outlive the young generation, and the collector would
 * cost more than all the rest.
 */
const HELD_CHARACTERS = 4_000;

/** Larger ones are not kept for the next answer. */
const KEPT_BYTES = 4_000_000;
let kept: Buffer | null = null;

export function createBytes(): Bytes {
  let bytes = kept ?? Buffer.allocUnsafeSlow(200_000);
  kept = null; // whoever writes meanwhile takes another
  let length = 0;
  let held = "";
  const flush = (): void => {
    const needed = length + 3 * held.length;
    if (needed > bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * needed);
      bytes.copy(larger, 0, 0, length);
      bytes = larger;
    }
    length += bytes.write(held, length);
    held = "";
  };
  return {
    add(text) {
      held += text;
      if (held.length > HELD_CHARACTERS) flush();
    },
    end() {
      flush();
      const lent = bytes;
      return {
        bytes: lent.subarray(0, length),
        giveBack() {
          if (lent.length <= KEPT_BYTES) kept = lent;
        },
      };
    },
  };
}
