import { type Calendar, type Catalog, type Entity, type Model, validityOf } from "../catalog/index.ts";
import type { Span } from "../diagnostics/index.ts";
import { type Expr, print, printName, ref, refsOf, type ScalarType } from "../expression/index.ts";
import {
  probeHistory,
  probePartners,
  probeUniqueness,
  type RowsOf,
  type SampleOfKeys,
  type Statement,
} from "../sql/index.ts";
import { count, type Examination } from "./examination.ts";
import { type Finding, finding } from "./finding.ts";
import { columnNamed, type Relation, type Seen } from "./relation.ts";

/** A relation that can be asked. */
export interface Askable {
  readonly relation: Relation;
  readonly seen: Seen;
  /** Columns to leave alone: they have been told of. */
  readonly broken: ReadonlySet<string>;
  /** Exact or estimated. */
  readonly rows: number;
}

/** One question to the rows of a relation. */
export interface Check {
  readonly relation: Relation;
  /** Completes "It cannot be told whether …". */
  readonly what: string;
  run(examination: Examination): Promise<readonly Finding[]>;
}

/** What is promised of keys: that they tell rows apart, find partners, and follow each other in time. */
export function keyChecks(askables: readonly Askable[], catalog: Catalog): readonly Check[] {
  const byModel = new Map(askables.map((askable) => [askable.relation.name, askable]));
  return askables.flatMap((askable) => {
    const { relation } = askable;
    if (relation.kind === "calendar") return uniqueness(askable, calendarKey(relation.calendar));
    const { model } = relation;
    return [
      ...uniqueKeysOf(model).flatMap((key) => uniqueness(askable, key)),
      ...history(askable, model),
      ...[...model.entities.values()]
        .filter(({ type }) => type === "foreign")
        .flatMap((entity) => partners(askable, entity, partnersOf(catalog, entity, byModel))),
    ];
  });
}

interface UniqueKey {
  readonly parts: readonly Expr<string>[];
  readonly isPrimary: boolean;
  readonly span: Span | null;
}

/** Each key once, however often it is declared. What a table repeats for each partition is unique within one. */
function uniqueKeysOf(model: Model): readonly UniqueKey[] {
  const keys = new Map<string, UniqueKey>();
  const add = (key: UniqueKey): void => {
    const text = key.parts.map(textOf).toSorted().join(", ");
    if (!keys.has(text)) keys.set(text, key);
  };
  const promised = model.primaryKey.map((column) => ref(column));
  if (model.isKeyPromised) add({ parts: promised, isPrimary: true, span: model.span });
  const partitions = [...model.dimensions.values()].flatMap(({ isPartition, value }) =>
    isPartition && value.kind === "expr" ? [value.expr] : [],
  );
  for (const { type, key, span } of model.entities.values()) {
    const isPrimary = type === "primary";
    if (!isPrimary && type !== "unique") continue;
    const isPromised = isPrimary && model.isKeyPromised;
    if (!isPromised) add({ parts: [...key, ...partitions], isPrimary, span });
  }
  return [...keys.values()];
}

function calendarKey({ column, span }: Calendar): UniqueKey {
  return { parts: [ref(column)], isPrimary: true, span };
}

function uniqueness(askable: Askable, { parts, isPrimary, span }: UniqueKey): readonly Check[] {
  if (isBroken(askable, parts)) return [];
  const { relation, rows } = askable;
  const key = keyText(parts);
  const subject = `${relation.name}.${parts.map(textOf).join("+")}`;
  const run = async (examination: Examination): Promise<readonly Finding[]> => {
    const keyed = { rows: rowsOf(askable), key: parts };
    const { of, all, sample } = await counted(examination, rows, (part) =>
      probeUniqueness(examination.warehouse.dialect, keyed, part),
    );
    const [nulls, keys, repeated] = [of("null_rows"), of("repeated_keys"), of("repeated_rows")];
    const evidence = { rows: all, nullRows: nulls, repeatedKeys: keys, repeatedRows: repeated };
    const findings: Finding[] = [];
    if (keys > 0)
      findings.push(finding("key/repeated", subject, { key, keys, rows: repeated, sample }, span, evidence));
    if (nulls > 0) findings.push(finding("key/null", subject, { key, rows: nulls, isPrimary, sample }, span, evidence));
    return findings.length > 0
      ? findings
      : [finding("key/unique", subject, { key, rows: all, sample }, span, evidence)];
  };
  return [{ relation, what: `${key} is unique`, run }];
}

function history(askable: Askable, model: Model): readonly Check[] {
  const natural = [...model.entities.values()].find(({ type }) => type === "natural");
  const validity = validityOf(model);
  if (!natural || validity?.start.value.kind !== "expr" || validity.end.value.kind !== "expr") return [];
  const bounds = { start: validity.start.value.expr, end: validity.end.value.expr };
  if (isBroken(askable, [...natural.key, bounds.start, bounds.end])) return [];
  const { relation, rows } = askable;
  const { span } = validity.start;
  const key = keyText(natural.key);
  const run = async (examination: Examination): Promise<readonly Finding[]> => {
    const keyed = { rows: rowsOf(askable), key: natural.key };
    const { of, all, sample } = await counted(examination, rows, (part) =>
      probeHistory(examination.warehouse.dialect, keyed, bounds, part),
    );
    const [inverted, overlapping] = [of("inverted_rows"), of("overlapping_rows")];
    const evidence = { rows: all, invertedRows: inverted, overlappingRows: overlapping };
    const { name } = relation;
    if (inverted > 0) return [finding("history/inverted", name, { rows: inverted, sample }, span, evidence)];
    if (overlapping > 0) return [finding("history/overlap", name, { key, rows: overlapping, sample }, span, evidence)];
    return [finding("history/sound", name, { rows: all, sample }, span, evidence)];
  };
  return [{ relation, what: "its periods overlap", run }];
}

interface Partner {
  readonly askable: Askable;
  readonly entity: Entity;
}

/** Where each key is once; where it is only in tables of history, those. */
function partnersOf(catalog: Catalog, foreign: Entity, byModel: ReadonlyMap<string, Askable>): readonly Partner[] {
  const all = [...catalog.models.values()].flatMap(({ name, entities }) => {
    const askable = byModel.get(name);
    const same = [...entities.values()].filter(({ entity, type }) => entity === foreign.entity && type !== "foreign");
    return askable ? same.map((entity) => ({ askable, entity })) : [];
  });
  const current = all.filter(({ entity }) => entity.type !== "natural");
  return current.length > 0 ? current : all;
}

function partners(askable: Askable, foreign: Entity, all: readonly Partner[]): readonly Check[] {
  if (isBroken(askable, foreign.key)) return [];
  return all
    .filter((partner) => !isBroken(partner.askable, partner.entity.key))
    .map((partner) => ({
      relation: askable.relation,
      what: `every ${keyText(foreign.key)} is in ${partner.askable.relation.name}`,
      run: (examination) => partnerFindings(examination, askable, foreign, partner),
    }));
}

async function partnerFindings(
  examination: Examination,
  askable: Askable,
  { key: parts, span }: Entity,
  { askable: other, entity }: Partner,
): Promise<readonly Finding[]> {
  const { relation, seen, rows } = askable;
  const { dialect } = examination.warehouse;
  const partner = other.relation.name;
  const key = keyText(parts);
  const subject = `${relation.name}.${parts.map(textOf).join("+")}`;
  for (const [i, part] of parts.entries()) {
    const kind = kindOf(part, seen);
    const otherKind = kindOf(entity.key[i], other.seen);
    if (kind === null || otherKind === null || kind === otherKind) continue;
    return [finding("join/types-differ", subject, { key, kind, partner, otherKind }, span)];
  }
  const keyed = { rows: rowsOf(askable), key: parts };
  const partnerKeyed = { rows: rowsOf(other), key: entity.key };
  const { of, all, sample } = await counted(examination, rows, (part) =>
    probePartners(dialect, keyed, partnerKeyed, part),
  );
  const [orphans, keys] = [of("orphan_rows"), of("orphan_keys")];
  const evidence = { rows: all, orphanRows: orphans, orphanKeys: keys };
  if (orphans === 0) return [finding("join/complete", subject, { key, partner, sample }, span, evidence)];
  if (orphans === all) return [finding("join/no-partner", subject, { key, partner, of: all, sample }, span, evidence)];
  return [finding("join/orphans", subject, { key, partner, rows: orphans, of: all, keys, sample }, span, evidence)];
}

/** Kinds of values that no engine compares with each other; null where it is not known. */
function kindOf(part: Expr<string> | undefined, seen: Seen): string | null {
  const types = part?.kind === "ref" ? columnNamed(seen, part.ref, false)?.types : undefined;
  return types?.length === 1 && types[0] ? (KINDS[types[0]] ?? null) : null;
}

const KINDS: Readonly<Partial<Record<ScalarType, string>>> = {
  string: "a text",
  int: "a number",
  decimal: "a number",
  float: "a number",
  boolean: "a boolean",
  date: "a time",
  timestamp: "a time",
  timestamptz: "a time",
};

function rowsOf({ relation, seen }: Askable): RowsOf {
  const { name, source } = relation;
  return {
    name,
    source,
    bound: seen.bound,
    typeOf: (column) => columnNamed(seen, column, false)?.types[0] ?? "unknown",
  };
}

function isBroken({ broken }: Askable, parts: readonly Expr<string>[]): boolean {
  return parts.flatMap(refsOf).some((column) => broken.has(column));
}

/**
 * What a probe counts in a sample of the keys; in all of them where the table is small, or its keys are so few that a
 * sample would hold next to none.
 *
 * @returns all: the rows that were looked at; sample: words for that, empty where it is all of them
 */
async function counted(
  examination: Examination,
  rows: number,
  probe: (sample: SampleOfKeys) => Statement,
): Promise<{ readonly of: (column: string) => number; readonly all: number; readonly sample: string }> {
  const { isFull, manyRows } = examination;
  const zeros = isFull ? 0 : Math.max(0, Math.ceil(Math.log(rows / manyRows) / Math.log(16)));
  if (zeros > 0) {
    const of = await count(examination, probe({ zeros }));
    const all = of("row_count");
    const sample = ` (sampled ${all.toLocaleString("en")} rows of ~${rows.toLocaleString("en")})`;
    if (all >= manyRows / 64) return { of, all, sample };
  }
  const of = await count(examination, probe({ zeros: 0 }));
  return { of, all: of("row_count"), sample: "" };
}

function textOf(part: Expr<string>): string {
  return print(part, printName);
}

/** `order_id`, `(order_id, line_no)` */
function keyText(parts: readonly Expr<string>[]): string {
  const texts = parts.map(textOf);
  return texts.length === 1 ? (texts[0] ?? "") : `(${texts.join(", ")})`;
}
