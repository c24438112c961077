import { enumOf, flag, Misuse, strict, text, wordOf } from "./strict.ts";

/** What was said to somebody before the bare exception left the script. */
export interface ToldError {
  readonly kind: "user" | "debug";
  readonly text: string;
  readonly debugText: string | null;
}

/** Its message says nothing: the script cannot read it, and neither can a test. */
export class BareException extends Error {
  constructor() {
    super("Exception");
  }
}

const CURRENCIES =
  "AED ALL ARS AUD BDT BGN BOB BRL CAD CDF CHF CLP CNY COP CRC CZK DKK DOP EGP ETB EUR GBP HKD HRK HUF IDR ILS INR IRR ISK JMD JPY KRW LKR LTL MNT MVR MXN MYR NOK NZD PAB PEN PHP PKR PLN RON RSD RUB SAR SEK SGD THB TRY TWD TZS UAH USD UYU VEF VND YER ZAR";

const FIELD_TYPES: readonly string[] = [
  ..."YEAR YEAR_QUARTER YEAR_MONTH YEAR_WEEK YEAR_MONTH_DAY YEAR_MONTH_DAY_HOUR YEAR_MONTH_DAY_SECOND".split(" "),
  ..."QUARTER MONTH WEEK MONTH_DAY DAY_OF_WEEK DAY HOUR MINUTE DURATION COUNTRY COUNTRY_CODE CONTINENT".split(" "),
  ..."CONTINENT_CODE SUB_CONTINENT SUB_CONTINENT_CODE REGION REGION_CODE CITY CITY_CODE METRO METRO_CODE".split(" "),
  ..."LATITUDE_LONGITUDE NUMBER PERCENT TEXT BOOLEAN URL HYPERLINK IMAGE IMAGE_LINK".split(" "),
  ...CURRENCIES.split(" ").map((code) => `CURRENCY_${code}`),
];
const AGGREGATIONS = ["AVG", "COUNT", "COUNT_DISTINCT", "MAX", "MIN", "SUM", "AUTO", "NO_AGGREGATION"] as const;

/** @param tell Takes note of an error that is about to be thrown. */
export function createDataStudioApp(tell: (error: ToldError) => void): object {
  return strict("DataStudioApp", {
    createCommunityConnector: () =>
      strict("CommunityConnector", {
        AggregationType: enumOf("AggregationType", AGGREGATIONS),
        FieldType: enumOf("FieldType", FIELD_TYPES),
        getConfig: newConfig,
        getFields: newFields,
        newUserError: () => newError("user", tell),
        newDebugError: () => newError("debug", tell),
      }),
  });
}

function newError(kind: "user" | "debug", tell: (error: ToldError) => void): object {
  let message: string | null = null;
  let debugText: string | null = null;
  const builder: object = strict(`${kind} error`, {
    setText(value: unknown) {
      message = text(value, "setText");
      return builder;
    },
    setDebugText(value: unknown) {
      debugText = text(value, "setDebugText");
      return builder;
    },
    throwException(): never {
      if (message === null) throw new Misuse("An error needs a text");
      tell({ kind, text: message, debugText });
      throw new BareException();
    },
  });
  return builder;
}

/** An entry as it is serialised; what was not set is not there. */
type Entry = Record<string, unknown>;

function newConfig(): object {
  const entries: Entry[] = [];
  const config: Record<string, unknown> = {};
  const builder: object = strict("Config", {
    newInfo: () => newEntry(entries, "INFO", ["setText"]),
    newTextInput: () => newEntry(entries, "TEXTINPUT", [...ASKS, "setPlaceholder"]),
    newTextArea: () => newEntry(entries, "TEXTAREA", [...ASKS, "setPlaceholder"]),
    newCheckbox: () => newEntry(entries, "CHECKBOX", ASKS),
    newSelectSingle: () => newEntry(entries, "SELECT_SINGLE", [...ASKS, "addOption"]),
    newSelectMultiple: () => newEntry(entries, "SELECT_MULTIPLE", [...ASKS, "addOption"]),
    newOptionBuilder: newOption,
    setDateRangeRequired(value: unknown) {
      config["dateRangeRequired"] = flag(value, "setDateRangeRequired");
      return builder;
    },
    setIsSteppedConfig(value: unknown) {
      config["isSteppedConfig"] = flag(value, "setIsSteppedConfig");
      return builder;
    },
    build() {
      checkNames(entries);
      for (const entry of entries) checkEntry(entry);
      return { configParams: entries, ...config };
    },
  });
  return builder;
}

const ASKS = ["setName", "setHelpText", "setAllowOverride", "setIsDynamic"];

function newEntry(entries: Entry[], type: string, setters: readonly string[]): object {
  const entry: Entry = { type };
  entries.push(entry);
  const all: Record<string, (value: unknown) => object> = {
    setId: (value) => set("name", text(value, "setId")),
    setName: (value) => set("displayName", text(value, "setName")),
    setText: (value) => set("text", text(value, "setText")),
    setHelpText: (value) => set("helpText", text(value, "setHelpText")),
    setPlaceholder: (value) => set("placeholder", text(value, "setPlaceholder")),
    setIsDynamic: (value) => set("isDynamic", flag(value, "setIsDynamic")),
    setAllowOverride: (value) => set("parameterControl", { allowOverride: flag(value, "setAllowOverride") }),
    addOption: (value) => set("options", [...options(), optionOf(value)]),
  };
  const builder = strict(
    type,
    Object.fromEntries(Object.entries(all).filter(([name]) => name === "setId" || setters.includes(name))),
  );
  return builder;

  function set(key: string, value: unknown): object {
    entry[key] = value;
    return builder;
  }

  function options(): readonly unknown[] {
    return Array.isArray(entry["options"]) ? entry["options"] : [];
  }
}

function checkEntry(entry: Entry): void {
  const what = `${String(entry["type"])} "${String(entry["name"])}"`;
  if (entry["type"] === "INFO" && entry["text"] === undefined) throw new Misuse(`${what} has no text`);
  if (entry["type"] !== "INFO" && entry["displayName"] === undefined) throw new Misuse(`${what} has no name`);
  if (String(entry["type"]).startsWith("SELECT") && !Array.isArray(entry["options"])) {
    throw new Misuse(`${what} has no option`);
  }
  const control = entry["parameterControl"];
  const allowsOverride = typeof control === "object" && control !== null && "allowOverride" in control;
  if (entry["isDynamic"] === true && allowsOverride && control.allowOverride === true) {
    throw new Misuse(`${what} is dynamic and may be overridden`);
  }
}

const optionValues = new WeakMap<object, { label?: string; value?: string }>();

function newOption(): object {
  const option: { label?: string; value?: string } = {};
  const builder: object = strict("OptionBuilder", {
    setLabel(value: unknown) {
      option.label = text(value, "setLabel");
      return builder;
    },
    setValue(value: unknown) {
      option.value = text(value, "setValue");
      return builder;
    },
  });
  optionValues.set(builder, option);
  return builder;
}

function optionOf(value: unknown): object {
  const option = typeof value === "object" && value !== null ? optionValues.get(value) : undefined;
  if (option?.label === undefined || option.value === undefined) {
    throw new Misuse("addOption takes an option that has a label and a value");
  }
  return option;
}

interface Field {
  readonly isMetric: boolean;
  id?: string;
  label?: string;
  type?: string;
  isReaggregatable?: boolean;
  aggregation?: string;
  more: Record<string, unknown>;
}

function newFields(): object {
  const fields: Field[] = [];
  const defaults = new Set<string>();
  const setDefault = (id: unknown, isMetric: boolean): void => {
    const found = fields.find((field) => field.id === id);
    if (!found || found.isMetric !== isMetric) throw new Misuse(`${String(id)} cannot be a default`);
    defaults.add(text(id, "setDefault"));
  };
  return strict("Fields", {
    newDimension: () => newField(fields, false),
    newMetric: () => newField(fields, true),
    setDefaultDimension: (id: unknown) => setDefault(id, false),
    setDefaultMetric: (id: unknown) => setDefault(id, true),
    build() {
      checkNames(fields.map(({ id }) => ({ name: id })));
      return fields.map((field) => serialised(field, defaults));
    },
  });
}

function newField(fields: Field[], isMetric: boolean): object {
  const field: Field = { isMetric, more: {} };
  fields.push(field);
  const builder: object = strict(isMetric ? "metric" : "dimension", {
    setId: (value: unknown) => assign({ id: text(value, "setId") }),
    setName: (value: unknown) => assign({ label: text(value, "setName") }),
    setType: (value: unknown) => assign({ type: wordOf(value, FIELD_TYPES, "setType") }),
    setIsReaggregatable: (value: unknown) => assign({ isReaggregatable: flag(value, "setIsReaggregatable") }),
    setAggregation: (value: unknown) => assign({ aggregation: wordOf(value, AGGREGATIONS, "setAggregation") }),
    setDescription: (value: unknown) => more("description", text(value, "setDescription")),
    setGroup: (value: unknown) => more("group", text(value, "setGroup")),
    setFormula: (value: unknown) => more("formula", text(value, "setFormula")),
    setIsHidden: (value: unknown) => more("isHidden", flag(value, "setIsHidden")),
  });
  return builder;

  function assign(values: Partial<Field>): object {
    Object.assign(field, values);
    return builder;
  }

  function more(key: string, value: unknown): object {
    field.more[key] = value;
    return builder;
  }
}

function serialised(
  { isMetric, id, label, type, isReaggregatable, aggregation, more }: Field,
  defaults: ReadonlySet<string>,
): object {
  if (id === undefined || type === undefined) throw new Misuse(`Field "${id}" has no type`);
  if (!isMetric && (isReaggregatable !== undefined || aggregation !== undefined)) {
    throw new Misuse(`Dimension "${id}" is aggregated`);
  }
  if (isReaggregatable === false && aggregation !== undefined) {
    throw new Misuse(`"${id}" may not be aggregated again, and has an aggregation`);
  }
  return {
    name: id,
    label: label ?? id,
    dataType: dataTypeOf(type),
    semantics: {
      conceptType: isMetric ? "METRIC" : "DIMENSION",
      semanticType: type,
      ...(isMetric && { isReaggregatable: isReaggregatable ?? true }),
    },
    ...more,
    ...(aggregation !== undefined && { defaultAggregationType: aggregation }),
    ...(defaults.has(id) && { isDefault: true }),
  };
}

function dataTypeOf(type: string): string {
  if (type === "NUMBER" || type === "PERCENT" || type.startsWith("CURRENCY_")) return "NUMBER";
  return type === "BOOLEAN" ? "BOOLEAN" : "STRING";
}

function checkNames(entries: readonly { readonly name?: unknown }[]): void {
  const names = entries.map(({ name }) => name);
  if (names.some((name) => name === undefined || name === "")) throw new Misuse("Something has no id");
  if (new Set(names).size < names.length) throw new Misuse(`An id stands twice: ${names.join(", ")}`);
}
