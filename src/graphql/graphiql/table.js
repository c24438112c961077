// Tables of an answer as HTML. React writes every value as text, never as markup.
import { textOf } from "./answer.js";
import { pictureOf } from "./picture.js";

/** @param props.tables as `tablesOf` makes them */
export function Tables({ tables }) {
  const h = React.createElement;
  if (tables.length === 0) return h("p", null, "This answer has no rows to show.");
  return h(
    React.Fragment,
    null,
    ...tables.map((table, index) => h(React.Fragment, { key: index }, pictureOf(table), h(Table, { table }))),
  );
}

/** Beyond this a page of a browser is no place to read; the answer itself has all. */
const MOST_ROWS = 1_000;

function Table({ table: { title, columns, rows }, isInner }) {
  const h = React.createElement;
  const said = rows.length > MOST_ROWS ? `${title}, the first ${MOST_ROWS} of ${rows.length} rows` : title;
  return h(
    "table",
    null,
    isInner ? null : h("caption", null, said),
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        ...columns.map(({ name, unit, kind }, index) =>
          h("th", { key: index, scope: "col", className: kind }, name, unit && h("small", null, unit)),
        ),
      ),
    ),
    h(
      "tbody",
      null,
      ...rows
        .slice(0, MOST_ROWS)
        .map((row, index) =>
          h(
            "tr",
            { key: index },
            ...columns.map((column, place) => h(Cell, { key: place, column, cell: row[place] ?? null })),
          ),
        ),
    ),
  );
}

function Cell({ column, cell }) {
  const h = React.createElement;
  if (cell === null) return h("td", { className: `${column.kind} none` }, "–");
  if (cell.columns) return h("td", null, h(Table, { table: cell, isInner: true }));
  if (column.kind !== "number") return h("td", { className: column.kind }, textOf(cell));
  if (column.isPercent) return h("td", { className: column.kind, title: String(cell) }, percent.format(Number(cell)));
  return h("td", { className: column.kind }, grouped(String(cell)));
}

const percent = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** 1234567.89 as 1,234,567.89: the text itself, so that no digit is lost. */
function grouped(text) {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(text) ?? [];
  return whole === undefined ? text : `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${rest}`;
}
