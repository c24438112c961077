// The JSON of an answer as tables for people: typed rows, generic rows, totals, breakdowns, lists of the catalogue.
//
//   table  { title, columns: [{ name, kind, unit, isPercent }], rows: [[cell]] }
//   kind   "time", "number" or "text"
//   cell   null, a scalar, { text, time } for a period, a list of scalars, or a table for rows inside a row

/**
 * @param data The `data` of an answer.
 * @param query The text that it answers, for what stands behind an alias.
 * @param units Map from a metric's name, and from the field of it, to { unit, isPercent }, the unit or null.
 */
export function tablesOf(data, query, units) {
  const unitOf = unitsBehind(query, units);
  return Object.entries(data ?? {}).flatMap(([title, answer]) => {
    if (answer === null || typeof answer !== "object") return [];
    if (Array.isArray(answer.rows)) {
      const ofColumn = (name) => unitOf(name) ?? units.get(name);
      return [genericTable(title, answer, ofColumn), ...genericTotals(title, answer, ofColumn)];
    }
    const rows = Array.isArray(answer) ? answer : (answer.nodes ?? answer.edges?.map(({ node }) => node));
    const totals = Array.isArray(answer.totals) ? [objectsTable(`${title}: totals`, answer.totals, unitOf)] : [];
    return Array.isArray(rows) ? [objectsTable(title, rows, unitOf), ...totals] : totals;
  });
}

/** What an answer says beside its rows: why there are none (`isWrong`), that they come later, and what to mind. */
export function remarksOf({ data, errors }) {
  const wrong = (text) => ({ text: String(text), isWrong: true });
  const mind = (text) => ({ text: String(text), isWrong: false });
  return [
    ...(errors ?? []).map(({ message }) => wrong(message)),
    ...answersIn(data).flatMap((answer) => {
      const refusal = answer.refusal ?? (typeof answer.code === "string" ? answer : null);
      const pending = pendingOf(answer);
      return [
        ...(refusal ? [wrong([refusal.code, refusal.message].filter(Boolean).join(": "))] : []),
        ...(pending && !pending.queryId ? [mind("Still running: with its queryId this page can wait for it.")] : []),
        ...(answer.provenance?.warnings ?? []).map(mind),
      ];
    }),
  ];
}

/** Ids of what an answer says to be still running. */
export function pendingIdsOf({ data }) {
  return answersIn(data).flatMap((answer) => pendingOf(answer)?.queryId ?? []);
}

function answersIn(data) {
  return Object.values(data ?? {}).filter((answer) => answer !== null && typeof answer === "object");
}

function pendingOf(answer) {
  if (answer.pending) return answer.pending;
  const isPending = answer.__typename === "QueryPending" || ["pollAfterMs", "queryId"].some((name) => name in answer);
  return isPending ? answer : null;
}

/** What an answer rests on: each metric with its version, and how far it is certified. */
export function metricsBehind({ extensions }) {
  return (extensions?.metrics ?? []).map(
    ({ name, version, certification }) => `${name} v${version}, certification ${String(certification).toLowerCase()}`,
  );
}

/** `query`: columns that know their types. */
function genericTable(title, { columns, rows }, unitOf) {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const known = columns ?? Array.from({ length: width }, (_, place) => ({ name: `column ${place + 1}` }));
  return { title, columns: known.map((column) => genericColumn(column, unitOf)), rows };
}

function genericColumn({ name, label, type, metric }, unitOf) {
  const isTime = type === "DATE" || type === "TIMESTAMP";
  const known = unitOf(name);
  const isMetric = metric != null || known !== undefined;
  const isNumber = (isMetric || metric === undefined) && ["INT", "DECIMAL", "FLOAT"].includes(type);
  const kind = isTime ? "time" : isNumber ? "number" : "text";
  const unit = known?.isPercent ? null : (metric?.unit ?? known?.unit ?? null);
  return { name: name ?? label ?? "", kind, unit, isPercent: known?.isPercent ?? false };
}

function genericTotals(title, { columns, totals }, unitOf) {
  return (totals ?? []).flatMap(({ by, rows }) => {
    if (!Array.isArray(rows)) return [];
    const groups = new Set(by ?? []);
    const shown = (columns ?? []).filter(({ name, metric }) => groups.has(name) || metric != null || unitOf(name));
    return [
      genericTable(`${title}: totals${by?.length ? ` by ${by.join(", ")}` : ""}`, { columns: shown, rows }, unitOf),
    ];
  });
}

/** Objects of any shape: what lies in objects stands beside the rest, under its own name. */
function objectsTable(title, objects, unitOf) {
  const flat = objects.map((object) => new Map(object === null ? [] : leavesOf(object, [], unitOf)));
  const paths = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  const isEmptyParent = (path) => paths.some((other) => other.startsWith(`${path}.`));
  const shown = paths.filter((path) => !isEmptyParent(path));
  const columns = shown.map((path) => {
    const cells = flat.map((row) => row.get(path) ?? null).filter((cell) => cell !== null);
    return objectColumn(path, cells, unitOf);
  });
  return { title, columns, rows: flat.map((row) => shown.map((path) => row.get(path) ?? null)) };
}

function objectColumn(path, cells, unitOf) {
  const name = path.replace(/^key\./, "");
  const isKey = name !== path;
  const unit = isKey ? undefined : unitOf(name);
  const isTime = cells.length > 0 && cells.every((cell) => cell.time !== undefined);
  const isNumber = !isKey && cells.every((cell) => typeof cell === "number" || (unit !== undefined && isDecimal(cell)));
  const kind = isTime ? "time" : isNumber && cells.length > 0 ? "number" : "text";
  return { name, kind, unit: unit?.unit ?? null, isPercent: unit?.isPercent ?? false };
}

function leavesOf(object, path, unitOf) {
  const isOther = object.isOther === true;
  return Object.entries(object).flatMap(([name, value]) => {
    if (["__typename", "isOther"].includes(name) || (name === "id" && "key" in object)) return [];
    const at = [...path, name];
    const here = (cell) => [[at.join("."), cell]];
    if (value === null || typeof value !== "object") return here(value);
    if (Array.isArray(value)) return here(isListOfObjects(value) ? objectsTable(name, value, unitOf) : value);
    if (typeof value.start === "string" || typeof value.label === "string") return here(periodOf(value));
    const leaves = leavesOf(value, at, unitOf);
    return name === "key" && isOther
      ? leaves.map(([key, cell], place) => [key, place === 0 ? (cell ?? "Other") : cell])
      : leaves;
  });
}

function isListOfObjects(list) {
  return list.some((item) => item !== null && typeof item === "object");
}

function periodOf({ start, label, complete }) {
  const text = String(label ?? start);
  return { time: String(start ?? label), text: complete === false ? `${text} (so far)` : text };
}

function isDecimal(cell) {
  return typeof cell === "string" && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell);
}

/** Whether a field, alias or column is a metric's, and in which unit; shares, ranks and ratios have none. */
function unitsBehind(query, units) {
  const { parse, visit } = GraphiQL.GraphQL;
  const behind = new Map();
  const put = (key, name, given) => {
    const calc = given.find((argument) => argument.name.value === "calc")?.value.value ?? "VALUE";
    const unit = units.has(name) ? unitAs(calc, units.get(name)) : undefined;
    const isOther = behind.has(key) && JSON.stringify(behind.get(key)) !== JSON.stringify(unit);
    // The same alias of two things in one text: which of them a column is cannot be told from here.
    behind.set(key, isOther ? NO_UNIT : unit);
  };
  try {
    visit(parse(query), {
      Field({ alias, name, arguments: given }) {
        put((alias ?? name).value, name.value, given);
      },
      ObjectValue({ fields }) {
        const said = (name) => fields.find((field) => field.name.value === name)?.value.value;
        if (said("calc") && said("name")) put(said("as") ?? said("name"), said("name"), fields);
      },
    });
  } catch {
    // A text that was changed since it was asked may not parse now: then no unit is claimed.
  }
  return (key) => behind.get(key);
}

const NO_UNIT = { unit: null, isPercent: false };

function unitAs(calc, unit) {
  if (["VALUE", "PREVIOUS", "DELTA", "RUNNING_TOTAL"].includes(calc)) return unit;
  return { unit: null, isPercent: ["SHARE_OF_TOTAL", "DELTA_RATIO"].includes(calc) };
}

/** A cell as people read it. */
export function textOf(cell) {
  if (cell === null) return "–";
  if (Array.isArray(cell)) return cell.map(textOf).join(", ");
  if (typeof cell === "object") return String(cell.text ?? JSON.stringify(cell));
  return String(cell).replace(/T00:00:00(\.0+)?Z?$/, "");
}
