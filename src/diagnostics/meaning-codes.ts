import { didYouMean, listOf, quote } from "./words.ts";

/** The part of the table that is about names and meanings. Reported by `compile`. */
export const MEANING_CODES = {
  "definition/no-owner": (p: { kind: string; name: string }) => ({
    message: `Nobody answers for the ${p.kind} ${quote(p.name)}.`,
    help: "add owner: a team, or a business and a technical one",
    severity: "warning" as const,
  }),
  "definition/no-description": (p: { kind: string; name: string }) => ({
    message: `The ${p.kind} ${quote(p.name)} does not say what it is.`,
    help: "add description: a sentence that tells what one row or one unit means",
    severity: "warning" as const,
  }),

  // model/…: a model, its columns, keys and times.

  "model/no-columns": (p: { model: string }) => ({
    message: `Model ${quote(p.model)} does not declare its columns, so wrong names and types show only when a query runs.`,
    help: "add columns: with a name and a type for each",
    severity: "info" as const,
  }),
  "model/unknown-column": (p: { owner: string; column: string; model: string; known: Iterable<string> }) => ({
    message: `${p.owner} reads the column ${quote(p.column)}, which model ${quote(p.model)} does not declare.`,
    help: didYouMean(p.column, p.known),
  }),
  "model/several-primary-entities": (p: { model: string; first: string; other: string }) => ({
    message: `Model ${quote(p.model)} has two primary entities, ${quote(p.first)} and ${quote(p.other)}.`,
    help: "keep the one that a row stands for; a second key of the same rows is unique",
  }),
  "model/primary-entity-disagrees": (p: { model: string; declared: string; primary: string }) => ({
    message: `Model ${quote(p.model)} says primary_entity: ${p.declared}, but its primary entity is ${quote(p.primary)}.`,
    help: "remove primary_entity: it is only for models in which no entity is primary",
  }),
  "model/no-primary-entity": (p: { model: string }) => ({
    message: `Model ${quote(p.model)} has dimensions but no primary entity, so queries cannot name them.`,
    help: "make an entity primary, or add primary_entity: with the word for one row, such as order",
  }),
  "model/primary-key-disagrees": (p: {
    model: string;
    declared: readonly string[];
    entity: string;
    key: readonly string[];
  }) => ({
    message: `Model ${quote(p.model)} has the primary key ${listOf(p.declared)}, but its primary entity ${quote(p.entity)} has the key ${listOf(p.key)}.`,
    help: "write the key once: remove it from one of the two",
  }),
  "model/key-parts-differ": (p: {
    entity: string;
    model: string;
    parts: number;
    otherModel: string;
    otherParts: number;
  }) => ({
    message: `The key of ${quote(p.entity)} has ${p.parts} parts in model ${quote(p.model)} and ${p.otherParts} in ${quote(p.otherModel)}, so the two cannot join.`,
    help: "give both the same parts in the same order",
  }),
  "model/name-means-two-things": (p: { name: string; model: string }) => ({
    message: `In model ${quote(p.model)} the name ${quote(p.name)} is a dimension and an entity, and not of the same column.`,
    help: "rename one of the two",
  }),
  "model/name-of-a-grain": (p: { name: string; model: string }) => ({
    message: `In model ${quote(p.model)} the name ${quote(p.name)} is also the grain of a calendar, so a name that ends in it means two things.`,
    help: "rename one of the two",
  }),
  "model/unknown-time-dimension": (p: { owner: string; name: string; model: string; known: readonly string[] }) => ({
    message: `${p.owner} uses the time ${quote(p.name)}, but model ${quote(p.model)} has no dimension of that name.`,
    help: didYouMean(p.name, p.known) ?? `add it to the dimensions of ${quote(p.model)} with a grain: ${p.name}: day`,
  }),
  "model/not-a-time-dimension": (p: { owner: string; name: string; model: string; known: readonly string[] }) => ({
    message: `${p.owner} uses ${quote(p.name)} as a time, but that dimension of model ${quote(p.model)} is categorical.`,
    help: p.known.length > 0 ? `times are ${listOf(p.known)}` : `give it a grain: ${p.name}: day`,
  }),
  "model/unknown-grouping": (p: { owner: string; name: string; model: string; known: readonly string[] }) => ({
    message: `${p.owner} groups by ${quote(p.name)}, which is neither an entity nor a dimension of model ${quote(p.model)}.`,
    help: didYouMean(p.name, p.known),
  }),
  "model/validity-twice": (p: { model: string; bound: string }) => ({
    message: `Model ${quote(p.model)} has a second ${p.bound} of validity.`,
    help: "keep one",
  }),
  "model/validity-incomplete": (p: { model: string; missing: string }) => ({
    message: `Model ${quote(p.model)} says when its rows ${p.missing === "end" ? "begin" : "end"} to hold, but not the ${p.missing}.`,
    help: `add validity: ${p.missing} to the time dimension that holds it`,
  }),
  "model/validity-without-natural": (p: { model: string }) => ({
    message: `Model ${quote(p.model)} keeps history, but no entity is natural, so nothing can join it.`,
    help: "make the key that repeats over time natural, such as customer: { type: natural, key: customer_id }",
  }),
  "model/several-natural-entities": (p: { model: string; first: string; other: string }) => ({
    message: `Model ${quote(p.model)} has two natural entities, ${quote(p.first)} and ${quote(p.other)}.`,
    help: "keep the one whose history the rows tell; make the other foreign",
  }),
  "model/natural-without-validity": (p: { model: string; entity: string }) => ({
    message: `The entity ${quote(p.entity)} is natural, but model ${quote(p.model)} does not say when its rows hold.`,
    help: "add validity: start and validity: end to two time dimensions, or make the entity primary or foreign",
  }),
  "model/validity-with-measure": (p: { model: string; measure: string }) => ({
    message: `Model ${quote(p.model)} keeps history, so it cannot have measures such as ${quote(p.measure)}.`,
    help: "measure in a model of its own over the same table",
  }),

  "model/bad-duration": (p: { duration: string }) => ({
    message: `${quote(p.duration)} is not a duration.`,
    help: "write a count from 1 and minutes, hours, days or weeks: 24 hours",
  }),
  "model/freshness-never-warns": (p: { model: string; warnAfter: string; errorAfter: string }) => ({
    message: `Rows of model ${quote(p.model)} are an error after ${p.errorAfter}, so nobody is ever warned after ${p.warnAfter}.`,
    help: "make warn_after the shorter one",
  }),
  "model/freshness-without-column": (p: { model: string }) => ({
    message: `Model ${quote(p.model)} is SQL of its own, of which no warehouse remembers when it changed.`,
    help: "add column: with the column whose latest value says how current the rows are",
  }),

  "model/cache-without-end": (p: { owner: string }) => ({
    message: `${p.owner} keeps answers, but does not say for how long.`,
    help: "add ttl, such as 5 min; or refresh: probe or event, by which a change of the source ends them",
  }),
  "model/cache-stale-of-nothing": (p: { owner: string }) => ({
    message: `${p.owner} keeps no answer (ttl: 0 s), so none can grow stale.`,
    help: "remove stale, or give ttl a time",
  }),
  "model/cache-without-table": (p: { model: string }) => ({
    message: `Model ${quote(p.model)} is SQL of its own, and a change can be looked for in a table only.`,
    help: "use refresh: time, or refresh: event and tell of changes",
  }),
  "model/cache-without-column": (p: { model: string }) => ({
    message: `Model ${quote(p.model)} has refresh: probe and names no column to look at: of the warehouses only BigQuery remembers when a table changed, and with the others no answer is ever kept.`,
    help: "add freshness: { column: updated_at }, or use refresh: time or event",
    severity: "info" as const,
  }),
  "metric/cache-without-table": (p: { metric: string; model: string }) => ({
    message: `No answer of metric ${quote(p.metric)} is ever kept: a change can be looked for in a table only, and model ${quote(p.model)} is SQL of its own.`,
    help: "use refresh: time, or refresh: event and tell of changes",
    severity: "warning" as const,
  }),

  // dimension/…

  "dimension/type-disagrees": (p: { dimension: string; model: string; declared: string; found: string }) => ({
    message: `Dimension ${quote(p.dimension)} of model ${quote(p.model)} says data_type: ${p.declared}, but its expression is ${p.found}.`,
    help: `remove data_type, or convert: cast(… as ${p.declared})`,
  }),
  "dimension/not-a-time": (p: { dimension: string; model: string; type: string }) => ({
    message: `Dimension ${quote(p.dimension)} of model ${quote(p.model)} has a grain, but its value is ${p.type}, not a time.`,
    help: "remove the grain, or convert: cast(… as date)",
  }),
  "dimension/grain-of-date": (p: { dimension: string; model: string; grain: string }) => ({
    message: `Dimension ${quote(p.dimension)} of model ${quote(p.model)} is a date, which has no ${p.grain}s.`,
    help: "write the grain day or a coarser one",
  }),
  "dimension/value-of-other-type": (p: { dimension: string; model: string; value: string; type: string }) => ({
    message: `Dimension ${quote(p.dimension)} of model ${quote(p.model)} lists the value ${quote(p.value)}, which is not ${p.type}.`,
    help: null,
  }),
  "dimension/semantic-type-of-no-text": (p: {
    dimension: string;
    model: string;
    semanticType: string;
    type: string;
  }) => ({
    message: `Dimension ${quote(p.dimension)} of model ${quote(p.model)} says semantic_type: ${p.semanticType}, but its value is ${p.type}, not a text.`,
    help: "remove semantic_type, or convert: cast(… as text)",
  }),

  // measure/…: measures and aggregates written inline.

  "measure/wrong-type": (p: { owner: string; aggregation: string; expected: string; found: string }) => ({
    message: `${p.owner} is the ${p.aggregation} of a value that is ${p.found}; ${p.aggregation} takes ${p.expected}.`,
    help: p.aggregation === "sum" && p.found === "boolean" ? "use sum_boolean to count where it is true" : null,
  }),
  "measure/unknown-aggregation": (p: { word: string; known: Iterable<string> }) => ({
    message: `${quote(p.word)} is not an aggregation.`,
    help: didYouMean(p.word, p.known),
  }),
  "measure/percentile-missing": (p: { owner: string }) => ({
    message: `${p.owner} does not say which percentile.`,
    help: "add percentile: 0.95",
  }),
  "measure/percentile-out-of-range": (p: { owner: string; fraction: string }) => ({
    message: `${p.owner} asks for the percentile ${p.fraction}; it must lie between 0 and 1.`,
    help: "for the ends use min or max",
  }),
  "measure/percentile-unused": (p: { owner: string; key: string; aggregation: string }) => ({
    message: `${p.owner} says ${p.key}, which ${p.aggregation} does not take.`,
    help: `remove ${p.key}, or use agg: percentile`,
  }),
  "measure/semi-additive-without-groupings": (p: { owner: string; choice: string }) => ({
    message: `${p.owner} keeps only rows at the one ${p.choice === "max" ? "last" : "first"} date, so whatever did not report on it is lost.`,
    help: "add groupings: with the entity that has a balance, such as [account], to find the date for each",
    severity: "warning" as const,
  }),

  // metric/…

  "metric/unknown-model": (p: { metric: string; model: string; known: Iterable<string> }) => ({
    message: `Metric ${quote(p.metric)} uses model ${quote(p.model)}, which is not defined.`,
    help: didYouMean(p.model, p.known),
  }),
  "metric/unknown-measure": (p: { metric: string; measure: string; model: string; known: Iterable<string> }) => ({
    message: `Metric ${quote(p.metric)} uses measure ${quote(p.measure)}, which model ${quote(p.model)} does not define.`,
    help: didYouMean(p.measure, p.known) ?? `write an aggregate here instead, such as sum(${p.measure})`,
  }),
  "metric/unknown-metric": (p: { owner: string; metric: string; known: Iterable<string> }) => ({
    message: `${p.owner} uses metric ${quote(p.metric)}, which is not defined.`,
    help: didYouMean(p.metric, p.known),
  }),
  "metric/unknown-version": (p: { metric: string; version: number; known: readonly number[] }) => ({
    message: `There is no version ${p.version} of metric ${quote(p.metric)}.`,
    help: p.known.length === 1 ? `it is at version ${p.known[0]}` : `it has the versions ${p.known.join(", ")}`,
  }),
  "metric/no-default-version": (p: { metric: string; versions: readonly number[] }) => ({
    message: `Metric ${quote(p.metric)} lives in the versions ${p.versions.join(", ")}, and nothing says which of them its bare name means.`,
    help: `add default_version: ${p.versions[0]} to one of them, or to each`,
  }),
  "metric/default-versions-differ": (p: { metric: string; version: number; other: string }) => ({
    message: `Metric ${quote(p.metric)} has another default_version at ${p.other} than ${p.version}.`,
    help: "a bare name means one version: say the same wherever it is said",
  }),
  "metric/unknown-default-version": (p: { metric: string; version: number; live: readonly number[] }) => ({
    message: `Version ${p.version} is to be what ${quote(p.metric)} means, and no such version lives.`,
    help: `say one of ${p.live.join(", ")}`,
  }),
  "metric/too-many-versions": (p: { metric: string; versions: readonly number[]; most: number }) => ({
    message: `Metric ${quote(p.metric)} lives in ${p.versions.length} versions at a time, ${p.versions.join(", ")}: ${p.most} may.`,
    help: `retire version ${p.versions.at(-1)}: deprecate it, and when its sunset is over remove it, or write lifecycle: retired`,
  }),
  "metric/version-name-taken": (p: { name: string; coordinate: string }) => ({
    message: `${p.coordinate} is called ${quote(p.name)} in columns and fields, and so is another metric.`,
    help: "rename the other metric",
  }),
  "metric/alias-of-alias": (p: { alias: string; target: string; now: string }) => ({
    message: `${quote(p.alias)} is to be a former name of ${quote(p.target)}, which is a former name itself.`,
    help: `write alias_of: ${p.now}`,
  }),
  "metric/unknown-input": (p: { metric: string; name: string; known: Iterable<string> }) => ({
    message: `The expression of metric ${quote(p.metric)} uses ${quote(p.name)}, which is neither an input nor a metric.`,
    help: didYouMean(p.name, p.known),
  }),
  "metric/unused-input": (p: { metric: string; alias: string }) => ({
    message: `The expression of metric ${quote(p.metric)} does not use the input ${quote(p.alias)}.`,
    help: "remove the input, or use it in expr",
  }),
  "metric/alias-twice": (p: { metric: string; alias: string }) => ({
    message: `Two inputs of metric ${quote(p.metric)} are called ${quote(p.alias)}.`,
    help: "call one of them something else with as:",
  }),
  "metric/cycle": (p: { path: readonly string[] }) => ({
    message: `Metric ${quote(p.path[0] ?? "")} is computed from itself: ${p.path.join(" -> ")}.`,
    help: "break the circle at one of these",
  }),
  "metric/input-not-simple": (p: { metric: string; type: string; input: string; inputType: string }) => ({
    message: `The ${p.type} metric ${quote(p.metric)} needs a simple metric as input; ${quote(p.input)} is ${p.inputType}.`,
    help: null,
  }),
  "metric/no-offset-to-move": (p: { metric: string; input: string }) => ({
    message: `The input ${quote(p.input)} of metric ${quote(p.metric)} says offset_whole_periods, but has no offset_window.`,
    help: "add offset_window: 1 month, or remove offset_whole_periods",
  }),
  "metric/conversion-not-a-count": (p: { metric: string; input: string; aggregation: string }) => ({
    message: `The conversion metric ${quote(p.metric)} counts events, but its input ${quote(p.input)} is a ${p.aggregation}.`,
    help: "use a metric that is a count, a sum of 1 or a count_distinct",
  }),
  "metric/conversion-entity": (p: {
    metric: string;
    entity: string;
    input: string;
    model: string;
    known: Iterable<string>;
  }) => ({
    message: `The conversion metric ${quote(p.metric)} follows the entity ${quote(p.entity)}, which model ${quote(p.model)} of its input ${quote(p.input)} does not have.`,
    help: didYouMean(p.entity, p.known),
  }),
  "metric/unknown-property": (p: { metric: string; property: string; model: string; known: Iterable<string> }) => ({
    message: `Metric ${quote(p.metric)} compares ${quote(p.property)}, which is neither a dimension nor an entity of model ${quote(p.model)}.`,
    help: didYouMean(p.property, p.known),
  }),
  "metric/bad-window": (p: { window: string }) => ({
    message: `${quote(p.window)} is not a window.`,
    help: "write a count from 1 and a grain: 7 days",
  }),
  "metric/unknown-grain": (p: { grain: string; known: readonly string[] }) => ({
    message: `There is no grain ${quote(p.grain)}.`,
    help: didYouMean(p.grain, p.known),
  }),
  "metric/custom-grain-not-allowed": (p: { grain: string }) => ({
    message: `${quote(p.grain)} is a calendar's own grain, which is possible in offset_window only.`,
    help: "use a standard grain, such as month",
  }),
  "metric/grain-too-fine": (p: { metric: string; grain: string; time: string; model: string; finest: string }) => ({
    message: `Metric ${quote(p.metric)} is shown by ${p.grain}, but the time ${quote(p.time)} of model ${quote(p.model)} is known by ${p.finest} only.`,
    help: `use ${p.finest} or a coarser grain`,
  }),
  "metric/first-of-period": (p: { metric: string }) => ({
    message: `By a coarser grain, metric ${quote(p.metric)} shows the running value of the first day of each period.`,
    help: "if the value at the end of the period is meant, add period_agg: last",
    severity: "info" as const,
  }),
  "metric/deprecated-without-end": (p: { metric: string }) => ({
    message: `Metric ${quote(p.metric)} is deprecated, but does not say until when or what to use instead.`,
    help: "add sunset: with a date, or replaced_by: with a metric",
    severity: "warning" as const,
  }),

  // filter/…: names in conditions and group-bys.

  "filter/unknown-name": (p: {
    name: string;
    models: readonly string[];
    suggestions: readonly string[];
    known: Iterable<string>;
  }) => ({
    message: `${quote(p.name)} is nothing that rows of ${p.models.length > 3 ? "any model" : p.models.map(quote).join(" or ")} have.`,
    help:
      p.suggestions.length > 0
        ? `did you mean ${p.suggestions.map(quote).join(" or ")}?`
        : (didYouMean(p.name, p.known) ??
          "a filter reads dimensions and entities: declare a column among the dimensions"),
  }),
  "filter/ambiguous-name": (p: { name: string; paths: readonly string[]; names: readonly string[] }) => ({
    message: `${quote(p.name)} can be reached in several ways: ${p.paths.join("; ")}.`,
    help: p.names.length > 0 ? `choose one: ${listOf(p.names)}` : "give the entities names of their own",
  }),
  "filter/fan-out": (p: { name: string; path: string }) => ({
    message: `${quote(p.name)} has many values for one row: ${p.path}.`,
    help: "use a metric in the condition: metric('orders', 'customer') > 0",
  }),
  "filter/opaque-dimension": (p: { name: string }) => ({
    message: `${quote(p.name)} is written in SQL of its own and cannot be used in a filter.`,
    help: "write the dimension as an expr, or filter by what it is made of",
  }),
  "filter/not-a-time": (p: { name: string; cut: string }) => ({
    message: `${quote(p.name)} is not a time, so it has no ${p.cut}.`,
    help: `write ${p.name}`,
  }),
  "filter/grain-too-fine": (p: { name: string; grain: string; finest: string }) => ({
    message: `${quote(p.name)} is known by ${p.finest}, not by ${p.grain}.`,
    help: `use ${p.finest} or a coarser grain`,
  }),
  "filter/not-a-condition": (p: { type: string }) => ({
    message: `A filter must be true or false; this is ${p.type}.`,
    help: "compare it with something: status = 'paid'",
  }),
  "filter/unknown-metric": (p: { metric: string; known: Iterable<string> }) => ({
    message: `The filter uses metric ${quote(p.metric)}, which is not defined.`,
    help: didYouMean(p.metric, p.known),
  }),
  "filter/metric-by-one-entity": (p: { metric: string; count: number }) => ({
    message: `The value of metric ${quote(p.metric)} in a filter is taken for exactly one entity, not ${p.count}.`,
    help: `write metric('${p.metric}', 'customer')`,
  }),

  // saved-query/…, calendar/…

  "saved-query/unknown-metric": (p: { savedQuery: string; metric: string; known: Iterable<string> }) => ({
    message: `Saved query ${quote(p.savedQuery)} asks for metric ${quote(p.metric)}, which is not defined.`,
    help: didYouMean(p.metric, p.known),
  }),
  "saved-query/private-metric": (p: { savedQuery: string; metric: string }) => ({
    message: `Saved query ${quote(p.savedQuery)} asks for metric ${quote(p.metric)}, which is private.`,
    help: "remove private: true from the metric, or ask for a metric that uses it",
  }),
  "saved-query/two-cuts": (p: { name: string; cuts: readonly string[] }) => ({
    message: `${quote(p.name)} is cut in two ways: ${listOf(p.cuts)}.`,
    help: "keep one; to see both, list the name twice",
  }),
  "calendar/grain-twice": (p: { grain: string }) => ({
    message: `Two calendars have a grain ${quote(p.grain)}.`,
    help: "rename one of the two",
  }),

  // policy/…: who may see what.

  "policy/unknown-model": (p: { model: string; known: Iterable<string> }) => ({
    message: `There is no model ${quote(p.model)} for this policy.`,
    help: didYouMean(p.model, p.known),
  }),
  "policy/unknown-field": (p: { model: string; field: string; known: Iterable<string> }) => ({
    message: `${quote(p.field)} is no column, dimension, entity, measure or metric of model ${quote(p.model)}.`,
    help: didYouMean(p.field, p.known),
  }),
  "policy/one-version": (p: { model: string; metric: string; version: number }) => ({
    message: `The policy of ${quote(p.model)} names version ${p.version} of metric ${quote(p.metric)}, and a policy means all versions of a metric.`,
    help: `write ${p.metric}`,
  }),
  "policy/unknown-column": (p: { model: string; column: string; known: Iterable<string> }) => ({
    message: `The policy reads ${quote(p.column)}, which is no known column of model ${quote(p.model)}.`,
    help: didYouMean(p.column, p.known) ?? "declare the model's columns; a policy reads columns, not dimensions",
  }),
  "policy/unknown-claim": (p: { claim: string; known: Iterable<string> }) => ({
    message: `The policy reads claim ${quote(p.claim)}, which the project does not declare.`,
    help:
      didYouMean(p.claim, p.known) ??
      `add it to project.yaml: claims: { ${p.claim}: string }, or { list: string } for several`,
  }),
  "policy/list-claim": (p: { claim: string }) => ({
    message: `Claim ${quote(p.claim)} is a list, and may only stand alone after IN.`,
    help: `write column in (claim('${p.claim}'))`,
  }),
  "policy/type": (p: { problem: string }) => ({
    message: p.problem,
    help: "columns and claims that are compared must be of one kind; nothing is converted",
  }),
  "policy/not-a-condition": (p: { type: string }) => ({
    message: `A policy's condition must be true or false; this is ${p.type}.`,
    help: "compare a column with a constant or a claim: tenant = claim('tenant')",
  }),
  "policy/no-column": (_: Record<never, never>) => ({
    message: "The condition reads no column of the model.",
    help: "compare a column: tenant = claim('tenant')",
  }),
  "policy/mask-not-a-dimension": (p: { model: string; name: string; known: Iterable<string> }) => ({
    message: `Only dimensions can be masked, and ${quote(p.name)} is none of model ${quote(p.model)}.`,
    help: didYouMean(p.name, p.known),
  }),
  "policy/mask-type": (p: { name: string; mask: string; type: string }) => ({
    message: `${quote(p.name)} is ${p.type} and cannot be masked by ${p.mask}.`,
    help: "hash, last_four and a constant are for text, month is for dates and times; null is for everything",
  }),
  "policy/mask-hidden": (p: { role: string; name: string }) => ({
    message: `Role ${quote(p.role)} masks ${quote(p.name)}, which it may not use at all.`,
    help: "allow it under fields, or drop the mask",
  }),
  "policy/public-role": (p: { model: string; role: string }) => ({
    message: `Model ${quote(p.model)} is public, so everybody sees what role ${quote(p.role)} is not to see.`,
    help: "drop public: true, or what narrows the role",
  }),
  "policy/required-filter": (p: { model: string; name: string; known: Iterable<string> }) => ({
    message: `A question can be narrowed by dimensions only, and ${quote(p.name)} is none of model ${quote(p.model)}.`,
    help: didYouMean(p.name, p.known),
  }),
  "policy/none": (p: { model: string }) => ({
    message: `Model ${quote(p.model)} has no policy: only the operator sees it.`,
    help: `add a document "policy: ${p.model}", or public: true in one`,
    severity: "warning" as const,
  }),
  "policy/ungoverned-beside-governed": (p: { model: string; other: string }) => ({
    message: `Everybody sees every row of model ${quote(p.model)}, though ${quote(p.other)}, which it joins, is governed by row.`,
    help: "rows of the one tell about the other: give it a row policy too",
    severity: "warning" as const,
  }),

  // test/…: what a metric's tests give.

  "test/duplicate-name": (p: { test: string; other: string }) => ({
    message: `The test ${quote(p.test)} is already written at ${p.other}.`,
    help: "say what sets this one apart, or remove it",
  }),
  "test/unknown-model": (p: { name: string; known: Iterable<string> }) => ({
    message: `A test gives rows for ${quote(p.name)}, which is neither a model nor a calendar.`,
    help: didYouMean(p.name, p.known),
  }),
  "test/unknown-column": (p: { model: string; column: string; known: Iterable<string> }) => ({
    message: `A test gives the column ${quote(p.column)}, which ${quote(p.model)} does not declare.`,
    help: didYouMean(p.column, p.known),
  }),
  "test/unknown-role": (p: { role: string; known: Iterable<string> }) => ({
    message: `No policy names a role ${quote(p.role)}, so it can show nothing.`,
    help: didYouMean(p.role, p.known) ?? "leave it out: nobody without a role that a policy names sees anything",
  }),
  "test/unknown-claim": (p: { claim: string; known: Iterable<string> }) => ({
    message: `The project declares no claim ${quote(p.claim)}, so no policy can read it.`,
    help:
      didYouMean(p.claim, p.known) ??
      `add it to project.yaml: claims: { ${p.claim}: string }, or { list: string } for several`,
  }),
  "test/claim-type": (p: { claim: string; type: string }) => ({
    message: `Claim ${quote(p.claim)} is declared as ${p.type}; a value of another type counts as missing.`,
    help: "leave it out to test what somebody without it sees",
  }),
  "test/wrong-value": (p: { column: string; type: string; value: string }) => ({
    message: `${quote(p.value)} is no value of the column ${quote(p.column)}, whose type is ${p.type}.`,
    help: VALUE_HELP[p.type] ?? null,
  }),
};

/** How values of a type are written in a test. */
const VALUE_HELP: Readonly<Record<string, string>> = {
  string: "put quotes around it",
  boolean: "write true or false",
  date: "write a day, such as 2026-01-31",
  timestamp: "write a day and a time without a zone, such as 2026-01-31T13:00:00",
  timestamptz: "write a day, a time and its zone, such as 2026-01-31T13:00:00Z",
};
