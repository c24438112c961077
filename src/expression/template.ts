import type { FilterName } from "./expr.ts";
import type { Problem } from "./problem.ts";
import { DATE_PARTS, isDatePart, isStandardGrain } from "./time.ts";

export type Template =
  | { readonly ok: true; readonly end: number; readonly name: FilterName }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Reads one MetricFlow template, `{{ Dimension('order__placed_at', entity_path=['line']).grain('week') }}`, as the name
 * that it is another spelling of: `line__order__placed_at__week`.
 *
 * @param start Offset of the opening braces in `text`.
 * @see https://docs.getdbt.com/docs/build/dimensions
 */
export function readTemplate(text: string, start: number): Template {
  try {
    const reader = new Reader(text, start);
    const name = nameOfCalls(reader.template());
    return { ok: true, end: reader.offset, name };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, problem: error.problem };
    throw error;
  }
}

type Value =
  | { readonly kind: "text"; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: "list"; readonly items: readonly string[]; readonly start: number; readonly end: number }
  | { readonly kind: "word"; readonly word: string; readonly start: number; readonly end: number };

interface TemplateCall {
  readonly name: string;
  readonly args: readonly { readonly keyword: string | null; readonly value: Value }[];
  readonly start: number;
  readonly end: number;
}

/** The template itself, then the methods called on it. */
type Chain = readonly [TemplateCall, ...(readonly TemplateCall[])];

/** Parameters in MetricFlow's own order. Lists are marked. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  Dimension: ["name", "entity_path[]"],
  TimeDimension: ["time_dimension_name", "time_granularity_name", "entity_path[]", "descending", "date_part_name"],
  Entity: ["entity_name", "entity_path[]"],
  Metric: ["metric_name", "group_by[]"],
  grain: ["time_granularity_name"],
  date_part: ["date_part_name"],
};

const HEADS = ["Dimension", "TimeDimension", "Entity", "Metric"];
const NAME = /^[a-z_][a-z0-9_]*$/;

function nameOfCalls([head, ...methods]: Chain): FilterName {
  const args = bind(head);
  for (const method of methods) addMethod(args, head, method);
  const path = (args.get("entity_path[]")?.values ?? []).flatMap((item) => item.split("__"));
  switch (head.name) {
    case "Metric":
      return metricName(args, head);
    case "Entity":
      return { kind: "name", text: [...path, required(args, "entity_name", head)].join("__") };
    case "Dimension":
      return { kind: "name", text: timeName(args, required(args, "name", head), path, head) };
    default:
      return { kind: "name", text: timeName(args, required(args, "time_dimension_name", head), path, head) };
  }
}

type Bound = Map<string, { readonly values: readonly string[]; readonly start: number; readonly end: number }>;

/** Arguments by parameter; every text is checked to be a name, lower case as names are. */
function bind(call: TemplateCall): Bound {
  const parameters = PARAMETERS[call.name] ?? [];
  const bound: Bound = new Map();
  call.args.forEach(({ keyword, value }, index) => {
    const parameter =
      keyword === null ? parameters[index] : parameters.find((p) => p === keyword || p === `${keyword}[]`);
    if (parameter === undefined || parameter === "descending") {
      throw new TemplateError(
        keyword === null
          ? `${call.name} takes no further argument.`
          : `${call.name} takes no argument ${keyword} in a filter.`,
        `${call.name}(${parameters.filter((p) => p !== "descending").join(", ")})`,
        value,
        "expression/wrong-arguments",
      );
    }
    if (bound.has(parameter)) {
      throw new TemplateError(`${parameter} is given twice.`, null, value, "expression/wrong-arguments");
    }
    if (value.kind === "word" && value.word === "None") return;
    const isList = parameter.endsWith("[]");
    if (value.kind !== (isList ? "list" : "text")) {
      const wanted = isList ? "a list such as ['customer']" : "one text";
      throw new TemplateError(
        `${parameter} of ${call.name} must be ${wanted}.`,
        null,
        value,
        "expression/wrong-arguments",
      );
    }
    const values = (value.kind === "list" ? value.items : [value.text]).map((item) => item.toLowerCase());
    const wrong = values.find((item) => !NAME.test(item));
    if (wrong !== undefined)
      throw new TemplateError(`${text(wrong)} is not a name.`, null, value, "expression/bad-name");
    bound.set(parameter, { values, start: value.start, end: value.end });
  });
  return bound;
}

function addMethod(args: Bound, head: TemplateCall, method: TemplateCall): void {
  const parameter = PARAMETERS[method.name]?.[0];
  const isTime = head.name === "Dimension" || head.name === "TimeDimension";
  if (!isTime || parameter === undefined || HEADS.includes(method.name)) {
    const help =
      method.name === "descending"
        ? "It belongs in order_by."
        : isTime
          ? "There are .grain('month') and .date_part('dow')."
          : null;
    throw new TemplateError(
      `${head.name}(…) has no .${method.name}() in a filter.`,
      help,
      method,
      "expression/not-allowed",
    );
  }
  const given = bind(method).get(parameter);
  if (!given)
    throw new TemplateError(`.${method.name}() needs its ${parameter}.`, null, method, "expression/wrong-arguments");
  if (args.has(parameter)) {
    throw new TemplateError(`The ${parameter} is said twice.`, null, method, "expression/wrong-arguments");
  }
  args.set(parameter, given);
}

function required(args: Bound, parameter: string, call: TemplateCall): string {
  const value = args.get(parameter)?.values[0];
  if (value === undefined) {
    throw new TemplateError(`${call.name} needs its ${parameter}.`, null, call, "expression/wrong-arguments");
  }
  return value;
}

function metricName(args: Bound, head: TemplateCall): FilterName {
  const groupBy = args.get("group_by[]")?.values ?? [];
  if (groupBy.length === 0) {
    const help = "Metric('revenue', group_by=['customer'])";
    throw new TemplateError(
      "Metric needs the entity it is grouped by.",
      help,
      head,
      "expression/metric-without-entity",
    );
  }
  return { kind: "metric", metric: required(args, "metric_name", head), entities: groupBy };
}

/** `entity__dimension`, `metric_time`, each with at most one grain or part, said in the name or beside it. */
function timeName(args: Bound, name: string, path: readonly string[], head: TemplateCall): string {
  const parts = name.split("__");
  const last = parts.at(-1) ?? "";
  const saidPart =
    last.startsWith("extract_") && isDatePart(last.slice("extract_".length)) ? last.slice("extract_".length) : null;
  const saidGrain = isStandardGrain(last) || last === args.get("time_granularity_name")?.values[0] ? last : null;
  const item = parts.length > 1 && (saidPart ?? saidGrain) !== null ? parts.slice(0, -1) : parts;
  const isMetricTime = item.at(-1) === "metric_time";
  if (item.includes("") || item.length !== (isMetricTime ? 1 : 2) || (isMetricTime && path.length > 0)) {
    throw new TemplateError(
      `${text(name)} must be metric_time or one entity and one dimension, as in order__status.`,
      "Further entities go into entity_path=['…'], a calendar's own grain into .grain('…').",
      head,
      "expression/bad-name",
    );
  }
  const grain = agree(saidGrain, args.get("time_granularity_name"), "grain");
  const part = agree(saidPart, args.get("date_part_name"), "date part");
  if (part !== null && !isDatePart(part)) {
    throw new TemplateError(
      `There is no date part ${text(part)}.`,
      `There are ${DATE_PARTS.join(", ")}.`,
      head,
      "expression/wrong-arguments",
    );
  }
  if (part !== null && grain !== null) {
    throw new TemplateError("A time has a grain or a date part, not both.", null, head, "expression/wrong-arguments");
  }
  return [...path, ...item, ...(grain === null ? [] : [grain]), ...(part === null ? [] : [`extract_${part}`])].join(
    "__",
  );
}

function agree(
  inName: string | null,
  given: { values: readonly string[]; start: number; end: number } | undefined,
  what: string,
): string | null {
  const beside = given?.values[0] ?? null;
  if (given && inName !== null && beside !== inName) {
    throw new TemplateError(
      `The name says the ${what} ${text(inName)}, this says ${text(beside ?? "")}.`,
      "Say it once.",
      given,
      "expression/wrong-arguments",
    );
  }
  return inName ?? beside;
}

function text(value: string): string {
  return JSON.stringify(value);
}

class TemplateError extends Error {
  readonly problem: Problem;

  constructor(message: string, help: string | null, at: { start: number; end: number }, code: Problem["code"]) {
    super(message);
    this.problem = { code, message, help, at: { start: at.start, end: at.end } };
  }
}

/** Recursive descent over `{{ Name(args).method(args) }}`; whitespace may stand anywhere between tokens. */
class Reader {
  readonly text: string;
  readonly start: number;
  offset: number;

  constructor(text: string, start: number) {
    this.text = text;
    this.start = start;
    this.offset = start + 2;
  }

  template(): Chain {
    const head = this.call(HEADS);
    const methods: TemplateCall[] = [];
    while (this.take(".")) methods.push(this.call(null));
    if (!this.take("}}")) this.fail("The template must end here with }}.");
    return [head, ...methods];
  }

  call(allowed: readonly string[] | null): TemplateCall {
    this.space();
    const start = this.offset;
    const name = this.word();
    if (allowed && !allowed.includes(name)) {
      throw new TemplateError(
        `A filter has no template ${text(name)}.`,
        `There are ${allowed.join(", ")}; dbt's own Jinja (var, env_var, macros) must be rendered first.`,
        { start, end: this.offset },
        "expression/not-allowed",
      );
    }
    if (!this.take("(")) this.fail(`"${name}" must be followed by its arguments in brackets.`);
    const args: TemplateCall["args"][number][] = [];
    while (!this.take(")")) {
      if (args.length > 0 && !this.take(",")) this.fail('A "," or ")" is missing here.');
      if (args.length > 0 && this.take(")")) break;
      args.push(this.argument());
    }
    return { name, args, start, end: this.offset };
  }

  argument(): TemplateCall["args"][number] {
    this.space();
    const keyword = /([A-Za-z_]\w*)\s*=/y;
    keyword.lastIndex = this.offset;
    const name = keyword.exec(this.text)?.[1];
    if (name === undefined) return { keyword: null, value: this.value() };
    this.offset = keyword.lastIndex;
    return { keyword: name, value: this.value() };
  }

  value(): Value {
    this.space();
    const start = this.offset;
    if (this.text[start] === "'" || this.text[start] === '"') {
      return { kind: "text", text: this.string(), start, end: this.offset };
    }
    if (this.take("[") || this.take("(")) {
      const close = this.text[start] === "[" ? "]" : ")";
      const items: string[] = [];
      while (!this.take(close)) {
        if (items.length > 0 && !this.take(",")) this.fail(`A "," or "${close}" is missing here.`);
        if (items.length > 0 && this.take(close)) break;
        this.space();
        items.push(this.string());
      }
      return { kind: "list", items, start, end: this.offset };
    }
    const word = this.word();
    if (!["None", "True", "False"].includes(word)) {
      this.offset = start;
      this.fail("A quoted text or a list of them is wanted here.");
    }
    return { kind: "word", word, start, end: this.offset };
  }

  string(): string {
    const string = /'([^'\\]*)'|"([^"\\]*)"/y;
    string.lastIndex = this.offset;
    const found = string.exec(this.text);
    if (!found) this.fail("A quoted text is wanted here.");
    this.offset = string.lastIndex;
    return found[1] ?? found[2] ?? "";
  }

  word(): string {
    const word = /[A-Za-z_]\w*/y;
    word.lastIndex = this.offset;
    const found = word.exec(this.text)?.[0];
    if (found === undefined) this.fail("A name is wanted here.");
    this.offset = word.lastIndex;
    return found;
  }

  take(symbol: string): boolean {
    this.space();
    if (!this.text.startsWith(symbol, this.offset)) return false;
    this.offset += symbol.length;
    return true;
  }

  space(): void {
    while (/\s/.test(this.text.charAt(this.offset))) this.offset++;
  }

  fail(message: string): never {
    const end = Math.min(this.offset + 1, this.text.length);
    const at = this.offset < this.text.length ? { start: this.offset, end } : { start: this.start, end };
    throw new TemplateError(message, "{{ Dimension('order__status') }}", at, "expression/syntax");
  }
}
