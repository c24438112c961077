import type { Tree } from "../../definition/index.ts";
import { isStandardGrain } from "../../expression/index.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import type { Calendar } from "./project.ts";
import { requiredText } from "./read-metric.ts";
import { readGrain } from "./read-shared.ts";
import { attempt, fail, type Reading, tell } from "./reading.ts";
import { readLocation, readSource } from "./source.ts";

/** The time spines of a `project_configuration`; of two with one grain the first counts, and the older form comes last. */
export function readProjectConfiguration(tree: Tree, reading: Reading): readonly Calendar[] {
  const fields = fieldsOf(tree, "project configuration", reading);
  if (!fields) return [];
  const calendars = [
    ...fields.list("time_spines").flatMap((spine) => attempt(reading, () => readTimeSpine(spine, reading)) ?? []),
    ...fields
      .list("time_spine_table_configurations")
      .flatMap((spine) => attempt(reading, () => readOldTimeSpine(spine, reading)) ?? []),
  ];
  fields.finish(["metadata", "dsi_package_version", "name"]);
  return calendars;
}

/** Of several with one grain, the first: MetricFlow reads the older form only where the newer one says nothing. */
export function oneCalendarAGrain(calendars: readonly Calendar[], reading: Reading): readonly Calendar[] {
  return calendars.filter((calendar, i) => {
    const first = calendars.findIndex(({ grain }) => grain === calendar.grain);
    const namesake = calendars[first];
    if (first === i || !namesake) return true;
    const isSame = namesake.table === calendar.table && calendar.customGrains.length === 0;
    const message = `There is a time spine by ${calendar.grain} already: "${namesake.name}".`;
    if (isSame) tell(reading, "NO_EFFECT", calendar.origin, message);
    else tell(reading, "INVALID_VALUE", calendar.origin, message);
    return false;
  });
}

export function readCustomGrains(fields: Fields): Calendar["customGrains"] {
  return fields.list("custom_granularities").flatMap((tree) => {
    const grain = attempt(fields.reading, () => {
      const inner = fieldsOf(tree, fields.origin.object, fields.reading);
      if (!inner) return null;
      const name = inner.requiredName("name");
      const column = inner.text("column_name") ?? name;
      inner.finish(["label", "description"]);
      if (isStandardGrain(name)) {
        fail(fields.reading, "INVALID_VALUE", inner.origin, `"${name}" is the name of a standard grain.`);
      }
      return { name, column };
    });
    return grain ?? [];
  });
}

function readTimeSpine(tree: Tree, reading: Reading): Calendar | null {
  const fields = fieldsOf(tree, "time spine", reading);
  const primary = fields?.fields("primary_column");
  if (!fields) return null;
  if (!primary) {
    fail(reading, "INVALID_VALUE", fields.origin, '"primary_column" must be written.');
    return null;
  }
  const table = readSource(fields);
  const calendar = {
    ...calendarOf(table, fields),
    column: requiredText(primary, "name"),
    grain: readGrain(primary, "time_granularity") ?? "day",
    customGrains: readCustomGrains(fields),
  };
  primary.finish();
  fields.finish(["name"]);
  return calendar;
}

/** `time_spine_table_configurations`: `{location, column_name, grain}`. */
function readOldTimeSpine(tree: Tree, reading: Reading): Calendar | null {
  const fields = fieldsOf(tree, "time spine", reading);
  if (!fields) return null;
  const calendar = {
    ...calendarOf(readLocation(fields, "location"), fields),
    column: requiredText(fields, "column_name"),
    grain: readGrain(fields, "grain") ?? "day",
    customGrains: [],
  };
  fields.finish();
  return calendar;
}

function calendarOf(table: string, fields: Fields): Pick<Calendar, "name" | "table" | "origin"> {
  const name = table.split(".").at(-1)?.toLowerCase() ?? table;
  return { name, table, origin: { ...fields.origin, object: `time spine "${name}"` } };
}
