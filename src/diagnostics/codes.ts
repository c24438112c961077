import { nearest } from "../std/index.ts";
import type { Severity } from "./diagnostic.ts";
import { MEANING_CODES } from "./meaning-codes.ts";
import { SETTINGS_CODES } from "./settings-codes.ts";
import { didYouMean, listOf, quote } from "./words.ts";

/** What the author reads. `severity` is "error" unless said otherwise; `help` is the way out, null where none is known. */
export interface Message {
  readonly message: string;
  readonly help: string | null;
  readonly severity?: Severity;
}

/**
 * Every diagnostic there is: the one place where its words stand. Grouped by the room that reports it; a code is
 * `<subject>/<what is wrong>`. Add a code to its group; give it the facts as parameters, never ready-made sentences.
 */
export const CODES = {
  // yaml/…: the text is not YAML that we take. Reported by `definition`.

  "yaml/syntax": (p: { code: string; problem: string }) => ({
    message: `This is not valid YAML: ${p.problem.charAt(0).toLowerCase()}${p.problem.slice(1)}.`,
    help: YAML_HELP.get(p.code) ?? null,
  }),
  "yaml/duplicate-key": (p: { key: string }) => ({
    message: `The key ${quote(p.key)} is written twice in one mapping.`,
    help: "remove one of the two, or give it another name",
  }),
  "yaml/forbidden-key": (p: { key: string }) => ({
    message: `The key ${quote(p.key)} is not allowed anywhere.`,
    help: "choose another name",
  }),
  "yaml/key-not-text": (_: Record<never, never>) => ({
    message: "A key of a mapping must be plain text.",
    help: "put quotes around the key, or around the value if the colon belongs to a text",
  }),
  "yaml/alias": (_: Record<never, never>) => ({
    message: "Anchors and aliases (&name, *name) are not supported.",
    help: "write the value out where it is used; put quotes around a text that starts with & or *",
  }),
  "yaml/tag": (p: { tag: string }) => ({
    message: `The tag ${quote(p.tag)} is not supported.`,
    help: "remove it; put quotes around a text that starts with an exclamation mark",
  }),
  "yaml/directive": (_: Record<never, never>) => ({
    message: "Directives (%YAML) are not supported: definitions are always YAML 1.2.",
    help: "remove the line",
  }),
  "yaml/forbidden-character": (p: { codePoint: number }) => ({
    message: `The invisible control character U+${p.codePoint.toString(16).toUpperCase().padStart(4, "0")} is not allowed.`,
    help: "remove it",
  }),
  "yaml/number": (p: { source: string }) => ({
    message: `${quote(p.source)} is not a number that everybody reads in the same way.`,
    help: `write it with decimal digits and no leading zeros, or put quotes around it to make it a text: "${p.source}"`,
  }),
  "yaml/too-deep": (p: { levels: number }) => ({
    message: `The values are nested more than ${p.levels} levels deep.`,
    help: null,
  }),
  "yaml/too-many-problems": (p: { hidden: number }) => ({
    message: `This file has ${p.hidden} more problems, which are not shown.`,
    help: "correct the ones above first",
  }),

  // file/…: a file cannot be taken. Reported by `definition`.

  "file/no-folder": (p: { path: string }) => ({
    message: `There is no folder ${quote(p.path)} that definitions can be read from.`,
    help: "give the folder that holds the definitions with --metrics",
  }),
  "file/unreadable": (p: { path: string; reason: string }) => ({
    message: `The file ${quote(p.path)} cannot be read: ${p.reason}.`,
    help: null,
  }),
  "file/too-large": (p: { path: string; limit: number }) => ({
    message: `The file ${quote(p.path)} has more than ${p.limit} bytes.`,
    help: "split it: one metric a file",
  }),
  "file/not-utf8": (p: { path: string }) => ({
    message: `The file ${quote(p.path)} is not UTF-8 text.`,
    help: "save it as UTF-8",
  }),
  "file/link": (p: { path: string }) => ({
    message: `${quote(p.path)} is a link that does not lead to a regular file inside the definitions' folder.`,
    help: "replace the link by the file itself",
  }),

  // definition/…: a document does not have the shape of its kind. Reported by `definition`.

  "definition/unknown-kind": (p: { key: string; kinds: readonly string[] }) => ({
    message: `A definition cannot start with ${quote(p.key)}: the first key says what is defined.`,
    help: didYouMean(p.key, p.kinds),
  }),
  "definition/kind-not-first": (p: { key: string; kind: string }) => ({
    message: `A definition cannot start with ${quote(p.key)}: the first key says what is defined.`,
    help: `move the line ${quote(p.kind)} to the top`,
  }),
  "definition/not-a-mapping": (p: { found: string; kinds: readonly string[] }) => ({
    message: `A definition is a mapping of keys to values; found ${p.found}.`,
    help: `start with one of the keys ${listOf(p.kinds)}`,
  }),
  "definition/unknown-key": (p: { key: string; owner: string; known: readonly string[]; hasValue: boolean }) => ({
    message: `${p.owner} has no key ${quote(p.key)}.`,
    help:
      p.hasValue || nearest(p.key, p.known).length > 0
        ? didYouMean(p.key, p.known)
        : "a comma inside { } ends a text: put quotes around the text before it",
  }),
  "definition/missing-key": (p: { key: string; owner: string; expected: string }) => ({
    message: `${p.owner} lacks the key ${quote(p.key)}.`,
    help: `add ${quote(p.key)}: ${p.expected}`,
  }),
  "definition/wrong-type": (p: { owner: string; expected: string; found: string; help: string | null }) => ({
    message: `${p.owner} must be ${p.expected}; found ${p.found}.`,
    help: p.help,
  }),
  "definition/unknown-value": (p: { owner: string; value: string; known: readonly string[] }) => ({
    message: `${p.owner} cannot be ${quote(p.value)}.`,
    help: didYouMean(p.value, p.known),
  }),
  "definition/invalid-name": (p: { name: string }) => ({
    message: `${quote(p.name)} is not a valid name.`,
    help:
      p.name.length > 60
        ? "use at most 60 letters"
        : "use lower-case letters, digits and single underscores, starting with a letter: net_revenue",
  }),
  "definition/reserved-name": (p: { name: string }) => ({
    message: `The name ${quote(p.name)} is reserved: queries use it for times, grains and date parts.`,
    help: `choose a longer name, such as ${quote(`order_${p.name}`)}`,
  }),
  "definition/duplicate-name": (p: { kind: string; name: string; other: string }) => ({
    message: `The ${p.kind} ${quote(p.name)} is already defined at ${p.other}.`,
    help:
      p.kind === "policy"
        ? "a model has one policy: write the two as one"
        : p.kind === "metric"
          ? "rename one of the two, or give them different versions"
          : "rename one of the two",
  }),
  "definition/duplicate-version": (p: { name: string; version: number; other: string }) => ({
    message: `Version ${p.version} of metric ${quote(p.name)} is already defined at ${p.other}.`,
    help: "raise the version of the newer one, and say which of them is the default_version",
  }),
  "definition/second-project": (p: { other: string }) => ({
    message: `The project is already described at ${p.other}.`,
    help: "keep one of the two",
  }),
  "definition/contradiction": (p: { owner: string; keys: readonly [string, string]; because: string }) => ({
    message: `${p.owner} cannot have both ${quote(p.keys[0])} and ${quote(p.keys[1])}: ${p.because}.`,
    help: "remove one of the two",
  }),
  "definition/metric-type-unclear": (p: { owner: string }) => ({
    message: `${p.owner} does not say how it is computed.`,
    help: "add model and measure (simple), numerator and denominator (ratio), expr (derived), input (cumulative), or base and conversion (conversion)",
  }),
  "definition/window-unclear": (p: { owner: string }) => ({
    message: `${p.owner} is cumulative, but has neither "window" nor "grain_to_date".`,
    help: 'add one of them, or say "type: cumulative" if it really runs over all time',
  }),
  "definition/unknown-time-zone": (p: { zone: string }) => ({
    message: `There is no time zone ${quote(p.zone)}.`,
    help: "use a name of the IANA database, such as Europe/Berlin or UTC; offsets are not taken, since they ignore summer time",
  }),
  "definition/claim-type": (p: { claim: string }) => ({
    message: `Claim ${quote(p.claim)} must say either type: or list:.`,
    help: "write string, or list: string for several values",
  }),
  "definition/empty-policy": (p: { model: string }) => ({
    message: `The policy of ${quote(p.model)} grants nothing to anybody.`,
    help: "give it roles:, or public: true if everybody may see all of it",
  }),
  "definition/sql-file-outside": (p: { path: string }) => ({
    message: `The SQL file ${quote(p.path)} is outside the definitions' folder.`,
    help: "move it beside the model",
  }),
  "definition/sql-file-missing": (p: { path: string; known: readonly string[] }) => ({
    message: `There is no SQL file ${quote(p.path)}.`,
    help: p.known.length === 0 ? "the path counts from the folder of this file" : didYouMean(p.path, p.known),
  }),

  // model/…, metric/… and others: names and meanings.

  ...MEANING_CODES,

  // document/…, settings/…: files beside the definitions.

  ...SETTINGS_CODES,
} satisfies Record<string, (params: never) => Message>;

/** The way out of what the YAML package reports, by its codes. */
const YAML_HELP: ReadonlyMap<string, string> = new Map([
  ["BLOCK_AS_IMPLICIT_KEY", 'put quotes around a text that holds ": "'],
  ["BAD_SCALAR_START", "put quotes around the text"],
  ["TAB_AS_INDENT", "indent with spaces"],
  ["BAD_INDENT", "give the keys of one mapping the same indentation, and close every bracket"],
  ["MISSING_CHAR", "close every quote and bracket, and write a colon and a space after every key"],
  ["BAD_DQ_ESCAPE", "use single quotes for a text with backslashes"],
  ["MULTILINE_IMPLICIT_KEY", "check the indentation; a list cannot stand between the keys of a mapping"],
]);
