import type { PlainKey } from "./key.ts";
import { isInPatterns } from "./pattern.ts";
import { readPublicKey, type SshKey } from "./public-key.ts";
import { fromBase64, SshProblem } from "./wire.ts";

/** A line of `governance/allowed_signers`: a key that may sign for who it names. */
export interface AllowedSigner {
  /** From 1. */
  readonly line: number;
  /** Patterns of names, divided by commas. */
  readonly principals: string;
  /** Whether the key signs certificates instead of texts. */
  readonly isAuthority: boolean;
  /** Patterns; null: everything may be signed. */
  readonly namespaces: string | null;
  /** Milliseconds since 1970, both included; null: without a bound. */
  readonly validAfter: number | null;
  readonly validBefore: number | null;
  readonly key: PlainKey;
}

export interface AllowedSigners {
  readonly signers: readonly AllowedSigner[];
  /** Lines that cannot be read: nobody signs by them. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
}

const MAX_LENGTH = 1024 * 1024;
const MAX_LINES = 10_000;

/**
 * The format of `ssh-keygen`; times without `Z` are UTC here, so that they are the same everywhere.
 *
 * @see https://man.openbsd.org/ssh-keygen#ALLOWED_SIGNERS
 */
export function readAllowedSigners(text: string): AllowedSigners {
  const lines = text.length > MAX_LENGTH ? [] : text.split("\n");
  if (text.length > MAX_LENGTH || lines.length > MAX_LINES) {
    const problem = `the file is too long: ${MAX_LINES} lines and ${MAX_LENGTH} characters are the most`;
    return { signers: [], problems: [{ line: 1, problem }] };
  }
  const signers: AllowedSigner[] = [];
  const problems: { line: number; problem: string }[] = [];
  for (const [i, written] of lines.entries()) {
    const line = written.replace(/^[ \t]+|[ \t\r]+$/g, "");
    if (line === "" || line.startsWith("#")) continue;
    try {
      signers.push(signerIn(line, i + 1));
    } catch (error) {
      if (!(error instanceof SshProblem)) throw error;
      problems.push({ line: i + 1, problem: error.message });
    }
  }
  return { signers, problems };
}

function signerIn(text: string, line: number): AllowedSigner {
  const { principals, rest } = principalsOf(text);
  const [options, keyText] = isKeyType(rest) ? ["", rest] : splitOptions(rest);
  const [type = "", base64 = ""] = keyText.split(/[ \t]+/, 2);
  if (!isKeyType(type)) throw new SshProblem(`there is no key: "${type.slice(0, 60)}" is no type of one`);
  const key = readPublicKey(fromBase64(base64));
  // A certificate has the type of its key in `type`, so this refuses certificates too.
  if (key.type !== type) throw new SshProblem("the type of its key is another one than it says");
  const { certificate: _, ...plain } = key;
  return { line, principals, ...optionsOf(options), key: plain };
}

/** A word, or several in quotes. */
function principalsOf(text: string): { readonly principals: string; readonly rest: string } {
  const [all, quoted, bare] = /^(?:"([^"]*)"|([^\s"]+))[ \t]+(?=\S)/.exec(text) ?? [];
  const principals = quoted ?? bare ?? "";
  if (all === undefined || principals === "") throw new SshProblem("it names nobody, or no key");
  return { principals, rest: text.slice(all.length) };
}

function isKeyType(text: string): boolean {
  return /^(?:sk-)?(?:ssh|ecdsa)-[a-z0-9-]+(?:@openssh\.com)?(?:[ \t]|$)/.test(text);
}

/** Options end at the first space that is not in quotes. */
function splitOptions(text: string): readonly [options: string, rest: string] {
  const [options = ""] = /^(?:"(?:\\"|[^"])*"|[^\s"])+/.exec(text) ?? [];
  const rest = text.slice(options.length);
  if (!/^[ \t]/.test(rest)) throw new SshProblem("its options are not well-formed, or no key follows them");
  return [options, rest.trimStart()];
}

type Options = Pick<AllowedSigner, "isAuthority" | "namespaces" | "validAfter" | "validBefore">;

function optionsOf(text: string): Options {
  const found = new Map<string, string>();
  let rest = text;
  while (rest !== "") {
    const [all = "", name = "", quoted, end] = OPTION.exec(rest) ?? [];
    const option = name.toLowerCase();
    const isFlag = option === "cert-authority";
    if (!(isFlag || VALUED.has(option)) || isFlag !== (quoted === undefined)) {
      throw new SshProblem(`the option "${rest.slice(0, 60)}" is not known, or not well-formed`);
    }
    if (found.has(option) && !isFlag) throw new SshProblem(`the option "${option}" is written twice`);
    found.set(option, (quoted ?? "").replaceAll('\\"', '"'));
    rest = rest.slice(all.length);
    if (end === "," && rest === "") throw new SshProblem("its options end with a comma");
  }
  const validAfter = timeOf(found.get("valid-after"));
  const validBefore = timeOf(found.get("valid-before"));
  if (validAfter !== null && validBefore !== null && validAfter >= validBefore) {
    throw new SshProblem("its key ends to be valid before it begins to be");
  }
  return {
    isAuthority: found.has("cert-authority"),
    namespaces: found.get("namespaces") ?? null,
    validAfter,
    validBefore,
  };
}

const OPTION = /^([A-Za-z-]+)(?:="((?:\\"|[^"])*)")?(,|$)/;
const VALUED: ReadonlySet<string> = new Set(["namespaces", "valid-after", "valid-before"]);

/** `YYYYMMDD[HHMM[SS]][Z]`, in milliseconds since 1970. */
function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, y, mo, d, h = "00", mi = "00", s = "00"] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:Z|UTC)?$/i.exec(text) ?? [];
  const written = `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`;
  const at = Date.parse(written);
  if (!Number.isFinite(at) || at <= 0 || new Date(at).toISOString() !== written) {
    throw new SshProblem(`"${text.slice(0, 60)}" is no time: write it as 20261120 or 202611201530Z`);
  }
  return at;
}

/** When a signature has to be good, in milliseconds since 1970: at one instant, or at some instant of a day. */
export interface Moment {
  readonly from: number;
  readonly to: number;
}

/** Why a key may not sign as somebody; null: it may. */
export type NotAllowed = { readonly isKnown: boolean; readonly problem: string } | null;

/**
 * @param principal One name, not a pattern.
 */
export function notAllowed(
  { signers }: AllowedSigners,
  key: SshKey,
  principal: string,
  namespace: string,
  when: Moment,
): NotAllowed {
  let reason: NotAllowed = { isKnown: false, problem: `its key ${key.id} is not one of "${principal}"` };
  for (const signer of signers) {
    const { certificate } = key;
    const isOfKey = signer.isAuthority
      ? certificate?.authority.id === signer.key.id
      : certificate === null && signer.key.id === key.id;
    if (!isOfKey || !isInPatterns(principal, signer.principals)) continue;
    const problem = whyNot(signer, key, principal, namespace, when);
    if (problem === null) return null;
    reason = { isKnown: true, problem };
  }
  return reason;
}

function whyNot(
  signer: AllowedSigner,
  { id, certificate }: SshKey,
  principal: string,
  namespace: string,
  when: Moment,
): string | null {
  if (signer.namespaces !== null && !isInPatterns(namespace, signer.namespaces)) {
    return `its key ${id} may not sign for "${namespace}"`;
  }
  if (certificate) {
    const { isForUser, principals, criticalOptions, validAfter, validBefore } = certificate;
    if (!isForUser) return "its certificate is for a machine";
    if (!principals.includes(principal)) return `its certificate does not name "${principal}"`;
    const [option] = criticalOptions;
    if (option !== undefined) return `its certificate demands "${option.slice(0, 60)}", which is not known`;
    // A certificate ends before its last second, a line with it.
    const before = validBefore === FOREVER ? null : Number(validBefore) * 1000 - 1;
    if (!isWithin(when, Number(validAfter) * 1000, before))
      return `the certificate of "${principal}" was not valid then`;
  }
  return isWithin(when, signer.validAfter, signer.validBefore) ? null : `its key ${id} was not valid then`;
}

const FOREVER = 2n ** 64n - 1n;

/** What ends as the moment begins was not valid in it, unless the moment is that instant. */
function isWithin({ from, to }: Moment, after: number | null, before: number | null): boolean {
  return (after === null || after <= to) && (before === null || before > from || before === to);
}
