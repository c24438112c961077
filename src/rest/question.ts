import { Refusal } from "../diagnostics/index.ts";
import { acceptedFormat, FORMATS, type Format, type WriteOptions } from "../export/index.ts";
import { groupByFrom, orderByFrom, parseRequest, type QueryRequest } from "../request/index.ts";
import { nearest } from "../std/index.ts";

/** How an answer is to be written: beside the question, in the address. */
const WRITING = ["format", "bom", "numbers", "formulas"] as const;

/** The words of the command line's flags. */
const WORDS = [
  "metrics",
  "by",
  "where",
  "from",
  "to",
  "order",
  "limit",
  "offset",
  "saved",
  "time-zone",
  "min-max",
  "no-distinct",
] as const;

type Word = (typeof WORDS)[number] | (typeof WRITING)[number] | "q";

/** Those that may stand more than once. */
const REPEATED: readonly string[] = ["metrics", "by", "where", "order"];

export interface BulkQuestion {
  readonly request: QueryRequest;
  /** null: none of ours is acceptable */
  readonly format: Format | null;
  readonly options: WriteOptions;
}

/**
 * Reads a question for `/v1/query`.
 *
 * @param search The address after its question mark.
 * @param body JSON of the contract; null: the question stands in the address, as `q` or in words of the command line.
 * @throws Refusal INVALID_REQUEST (INVALID_LIMIT for limits)
 */
export function readBulkQuestion(search: string, body: string | null, accept: string | undefined): BulkQuestion {
  const parameters = new Parameters(search, body === null ? ["q", ...WRITING, ...WORDS] : WRITING);
  const name = parameters.choice(
    "format",
    FORMATS.map((format) => format.name),
  );
  return {
    request: body === null ? inAddress(parameters) : parseRequest(json(body, "The body")),
    format: name === null ? acceptedFormat(accept) : (FORMATS.find((format) => format.name === name) ?? null),
    options: {
      numbers: parameters.choice("numbers", ["text", "json"]),
      formulas: parameters.choice("formulas", ["defuse", "keep"]) ?? "defuse",
      bom: parameters.isOn("bom"),
    },
  };
}

function inAddress(parameters: Parameters): QueryRequest {
  const q = parameters.one("q");
  if (q === null) return parseRequest(inWords(parameters));
  const beside = WORDS.find((word) => parameters.all(word).length > 0);
  if (beside === undefined) return parseRequest(json(q, "The parameter q"));
  throw invalid(`The parameter ${beside} cannot stand beside q: write it there, in JSON.`, beside);
}

/** The same question as JSON of the contract. What is not a whole number stays text, which is refused there. */
function inWords(parameters: Parameters): object {
  const number = (word: Word) => {
    const text = parameters.one(word);
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : text;
  };
  const [start, end] = [parameters.one("from"), parameters.one("to")];
  const [metrics, where] = [parameters.list("metrics"), parameters.all("where")];
  const groupBy = parameters.list("by").map((text) => {
    const reference = groupByFrom(text);
    if (reference) return reference;
    throw invalid(`by=${text} is not a name, or a name and a grain: write by=metric_time:month.`, "by");
  });
  const orderBy = parameters.list("order").map(orderByFrom);
  return {
    // An empty list would take the place of a saved query's own.
    ...(metrics.length > 0 && { metrics }),
    ...(groupBy.length > 0 && { groupBy }),
    ...(where.length > 0 && { where }),
    ...(orderBy.length > 0 && { orderBy }),
    ...((start !== null || end !== null) && { timeRange: { start, end } }),
    limit: number("limit"),
    offset: number("offset"),
    savedQuery: parameters.one("saved"),
    timeZone: parameters.one("time-zone"),
    ...(parameters.isOn("min-max") && { minMaxOnly: true }),
    ...(parameters.isOn("no-distinct") && { distinct: false }),
  };
}

function json(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("INVALID_REQUEST", `${where} is not a JSON document.`);
  }
}

function invalid(message: string, word: string, suggestions: readonly string[] = []): Refusal {
  return new Refusal("INVALID_REQUEST", message, { path: [word], suggestions });
}

/** What stands after the question mark: only known words, and each once that has one value. */
class Parameters {
  readonly #values: URLSearchParams;

  constructor(search: string, known: readonly Word[]) {
    this.#values = new URLSearchParams(search);
    for (const word of new Set(this.#values.keys())) {
      if (known.some((one) => one === word)) {
        if (REPEATED.includes(word) || this.all(word).length === 1) continue;
        throw invalid(`The parameter ${word} stands more than once.`, word);
      }
      const suggestions = nearest(word, known);
      throw invalid(`There is no parameter "${word}" here. Known: ${known.join(", ")}.`, word, suggestions);
    }
  }

  all(word: string): readonly string[] {
    return this.#values.getAll(word);
  }

  one(word: Word): string | null {
    return this.#values.get(word);
  }

  /** Names, apart by commas or each in a parameter of its own. */
  list(word: Word): readonly string[] {
    return this.all(word).flatMap((text) => text.split(",").map((part) => part.trim()));
  }

  /** `bom=true`, or `bom` alone. */
  isOn(word: Word): boolean {
    const text = this.choice(word, ["true", "false", ""]);
    return text !== null && text !== "false";
  }

  choice<Choice extends string>(word: Word, choices: readonly Choice[]): Choice | null {
    const text = this.one(word);
    if (text === null) return null;
    const chosen = choices.find((choice) => choice === text);
    if (chosen === undefined) throw invalid(`The parameter ${word} is one of ${choices.join(", ")}.`, word, choices);
    return chosen;
  }
}
