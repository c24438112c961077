import type { SchemaField } from "../../../src/data-studio/protocol.ts";
import { badAnswer } from "./problem.ts";
import { isObject } from "./text.ts";

/** The server's fields through Data Studio's own builders, which refuse what they do not know. */
export function buildFields(described: readonly SchemaField[]): object[] {
  const connector = DataStudioApp.createCommunityConnector();
  const fields = connector.getFields();
  for (const field of described) {
    const isMetric = field.semantics.conceptType === "METRIC";
    const built = isMetric ? fields.newMetric() : fields.newDimension();
    built.setId(field.name).setName(field.label).setType(typeOf(connector, field));
    if (field.description !== "") built.setDescription(field.description);
    if (field.group !== "") built.setGroup(field.group);
    if (field.formula !== undefined) built.setFormula(field.formula);
    if (field.isHidden) built.setIsHidden(true);
    if (field.semantics.conceptType === "METRIC") built.setIsReaggregatable(field.semantics.isReaggregatable);
    if (field.defaultAggregationType === "SUM") built.setAggregation(connector.AggregationType.SUM);
    if (field.isDefault && isMetric) fields.setDefaultMetric(field.name);
    else if (field.isDefault) fields.setDefaultDimension(field.name);
  }
  return fields.build();
}

function typeOf(
  { FieldType }: GoogleAppsScript.Data_Studio.CommunityConnector,
  { semantics: { semanticType } }: SchemaField,
): GoogleAppsScript.Data_Studio.FieldType {
  const found: GoogleAppsScript.Data_Studio.FieldType | undefined = FieldType[semanticType as keyof typeof FieldType];
  if (found === undefined) throw badAnswer("a field of an unknown type");
  return found;
}

/** @throws Problem when the server sent something else */
export function readFields(value: unknown): readonly SchemaField[] {
  if (!Array.isArray(value) || !value.every(isField)) throw badAnswer("no fields");
  return value;
}

function isField(value: unknown): value is SchemaField {
  return (
    isObject(value) &&
    [value["name"], value["label"], value["description"], value["group"]].every((text) => typeof text === "string") &&
    isObject(value["semantics"]) &&
    typeof value["semantics"]["semanticType"] === "string"
  );
}
