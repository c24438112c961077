/** What only an import or export of Ossie has to say, with how grave it is unless an entry says otherwise. */
export const OSSIE_CODES = {
  /** A 0.2 of which nothing is known yet, read as 0.2.0.dev0. */
  VERSION_NOT_KNOWN: "warning",
  /** No dialect that the warehouse speaks. */
  NO_DIALECT: "error",
  /** The same expression again, in a dialect that is not carried over. */
  DIALECT_LEFT_OUT: "info",
  /** Neither side of a relationship is a key. */
  NOT_JOINABLE: "warning",
  /** Written from the one side to the many. */
  RELATIONSHIP_REVERSED: "warning",
  /** Another tool has changed an expression that our own block repeats. */
  BLOCK_OUTDATED: "warning",
  /** No default time is chosen among several. */
  NO_DEFAULT_TIME: "info",
  /** The expression is the running value's input, not what runs. */
  CUMULATIVE_SEMANTICS_LOSS: "warning",
  /** The expression adds up what is a stock. */
  SEMI_ADDITIVE_LOSS: "warning",
  /** Ossie cannot look back in time, so that the metric stands in our block only. */
  OFFSET_LOSS: "error",
  CONVERSION_METRIC_DROPPED: "error",
  PRIVATE_METRIC_DROPPED: "warning",
  /** Any other metric that no expression over datasets says. */
  METRIC_DROPPED: "error",
  NATURAL_ENTITY_DROPPED: "warning",
  /** A join that is more than the equality of columns. */
  RELATIONSHIP_DROPPED: "warning",
  /** SQL of one engine that stands under a dialect which is only the nearest. */
  DIALECT_LOSS: "warning",
  /** Not allowed at the version that is written. */
  VERSION_LOSS: "warning",
} as const;

export type OssieCode = keyof typeof OSSIE_CODES;
