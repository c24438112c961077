// A table as a small picture: lines along its time, or bars when it has one group and no time.
import { textOf } from "./answer.js";

const SIZE = { width: 520, height: 180, left: 8, right: 8, top: 12, bottom: 24 };
const MOST_SERIES = 6;
const MOST_BARS = 25;

/** @returns A React element; null when the table is no picture. */
export function pictureOf({ title, columns, rows }) {
  const places = (kind) => columns.flatMap((column, place) => (column.kind === kind ? [place] : []));
  const [times, numbers, groups] = [places("time"), places("number"), places("text")];
  const [first] = numbers;
  if (first === undefined || rows.length < 2) return null;
  const unit = columns[first].unit;
  if (times.length === 1 && groups.length === 0) {
    const alike = numbers.filter((place) => columns[place].unit === unit).slice(0, MOST_SERIES);
    const series = alike.map((place) => ({ name: columns[place].name, points: pointsOf(rows, times[0], place) }));
    return linesOf({ title, unit, series });
  }
  if (times.length === 1 && groups.length === 1) {
    const names = [...new Set(rows.map((row) => textOf(row[groups[0]])))];
    if (names.length > MOST_SERIES) return null;
    const series = names.map((name) => ({
      name,
      points: pointsOf(
        rows.filter((row) => textOf(row[groups[0]]) === name),
        times[0],
        first,
      ),
    }));
    return linesOf({ title: columns[first].name, unit, series });
  }
  if (times.length > 0 || groups.length !== 1 || rows.length > MOST_BARS) return null;
  return barsOf({
    title: columns[first].name,
    unit,
    bars: rows.map((row) => ({ name: textOf(row[groups[0]]), text: textOf(row[first]), value: numberOf(row[first]) })),
  });
}

function pointsOf(rows, timePlace, valuePlace) {
  return rows.flatMap((row) => {
    const time = row[timePlace];
    if (time === null) return [];
    return [{ time: String(time.time ?? time), label: textOf(time), value: numberOf(row[valuePlace]) }];
  });
}

/** For the eye only: the table beside it has every digit. null is a gap. */
function numberOf(cell) {
  const value = cell === null || cell === "" ? NaN : Number(cell);
  return Number.isFinite(value) ? value : null;
}

function linesOf({ title, unit, series }) {
  const h = React.createElement;
  const times = [...new Map(series.flatMap(({ points }) => points.map(({ time, label }) => [time, label])))].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  const values = series.flatMap(({ points }) => points.flatMap(({ value }) => (value === null ? [] : [value])));
  if (times.length < 2 || values.length === 0) return null;
  const place = new Map(times.map(([time], index) => [time, index]));
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const { width, height, left, right, top, bottom } = SIZE;
  const x = (time) => left + ((width - left - right) * place.get(time)) / (times.length - 1);
  const y = (value) => top + ((height - top - bottom) * (high - value)) / (high - low || 1);
  const ends = [times[0][1], times.at(-1)[1]];
  return h(
    "figure",
    { className: "picture" },
    h(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}, ${ends.join(" to ")}` },
      h("line", { className: "axis", x1: left, x2: width - right, y1: y(0), y2: y(0) }),
      ...series.map(({ points }, index) =>
        h("g", { key: index, className: `series-${index}` }, ...lineOf(points, place, x, y)),
      ),
      h("text", { x: left, y: height - 6 }, ends[0]),
      h("text", { x: width - right, y: height - 6, textAnchor: "end" }, ends[1]),
      h("text", { x: left, y: top - 2 }, [compact(high), unit].filter(Boolean).join(" ")),
    ),
    h(
      "figcaption",
      null,
      ...series.map(({ name }, index) => h("span", { key: index, className: `series-${index}` }, name)),
    ),
  );
}

/** One path for each stretch of periods without a gap, and a dot for each value. */
function lineOf(points, place, x, y) {
  const h = React.createElement;
  const known = points.filter(({ value }) => value !== null).sort((a, b) => place.get(a.time) - place.get(b.time));
  const follows = (index) => index > 0 && place.get(known[index].time) === place.get(known[index - 1].time) + 1;
  const d = known.map(({ time, value }, index) => `${follows(index) ? "L" : "M"}${x(time)} ${y(value)}`).join("");
  return [
    h("path", { key: "line", d }),
    ...known.map(({ time, label, value }, index) =>
      h("circle", { key: index, cx: x(time), cy: y(value), r: 2.5 }, h("title", null, `${label}: ${value}`)),
    ),
  ];
}

function barsOf({ title, unit, bars }) {
  const h = React.createElement;
  const values = bars.map(({ value }) => value ?? 0);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  if (high === low) return null;
  const [rowHeight, names, width] = [20, 170, SIZE.width];
  const x = (value) => names + ((width - names - 8) * (value - low)) / (high - low);
  return h(
    "figure",
    { className: "picture" },
    h(
      "svg",
      { viewBox: `0 0 ${width} ${bars.length * rowHeight}`, role: "img", "aria-label": `${title} by group` },
      ...bars.map(({ name, text, value }, index) =>
        h(
          "g",
          { key: index, className: "series-0" },
          h("text", { x: names - 6, y: index * rowHeight + 14, textAnchor: "end" }, shortened(name)),
          h(
            "rect",
            {
              x: Math.min(x(0), x(value ?? 0)),
              y: index * rowHeight + 3,
              width: Math.abs(x(value ?? 0) - x(0)),
              height: rowHeight - 6,
            },
            h("title", null, `${name}: ${text}`),
          ),
        ),
      ),
    ),
    h("figcaption", null, h("span", { className: "series-0" }, [title, unit].filter(Boolean).join(", "))),
  );
}

function shortened(text) {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

function compact(value) {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}
