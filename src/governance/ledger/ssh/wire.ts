/** What is wrong with bytes or lines that somebody else wrote, in words that follow "because". */
export class SshProblem extends Error {}

/** The data types of SSH, read from the front. @see https://www.rfc-editor.org/rfc/rfc4251#section-5 */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** What was read from there on. */
  since(offset: number): Buffer {
    return this.#bytes.subarray(offset, this.#at);
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new SshProblem("it ends too early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  /** Printable ASCII. */
  text(): string {
    const bytes = this.string();
    if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) throw new SshProblem("a name in it is not ASCII");
    return bytes.toString("latin1");
  }

  /** A whole number above 0, without leading zeros. */
  positive(): Buffer {
    const bytes = this.string();
    const [first = 0, second = 0] = bytes;
    if (first >= 0x80) throw new SshProblem("a number in it is negative");
    if (first !== 0) return bytes;
    // One zero keeps the highest bit from being taken for a sign.
    if (bytes.length < 2 || second < 0x80)
      throw new SshProblem("a number in it is zero, or written with leading zeros");
    return bytes.subarray(1);
  }

  end(): void {
    if (!this.isAtEnd) throw new SshProblem("something follows its end");
  }
}

export function wireString(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** Base64 that only these bytes give: padded, no bits left over. */
export function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === 0 || bytes.toString("base64") !== text) throw new SshProblem("it is not base64");
  return bytes;
}
