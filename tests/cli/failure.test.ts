import { expect, test } from "vitest";
import { CommandFailure, describeFailure, EXIT, unusable } from "../../src/cli/failure.ts";

test("the way out stands below the message, unless the message says it", () => {
  expect(describeFailure(unusable("There is no flag --limt.", null, ["--limit"]), false)).toBe(
    "error[INVALID_ARGUMENTS]: There is no flag --limt.\n  help: did you mean --limit?",
  );
  const said = new CommandFailure(EXIT.findings, "UNKNOWN_METRIC", 'No metric "arrr". Did you mean "arr"?', {
    suggestions: ["arr"],
  });
  expect(describeFailure(said, false)).toBe('error[UNKNOWN_METRIC]: No metric "arrr". Did you mean "arr"?');
});

test("join paths to choose from stand one a line", () => {
  const suggestions = ["refunds -order-> orders", "refunds -customer-> customers"];
  const failure = new CommandFailure(EXIT.findings, "AMBIGUOUS_PATH", "Two paths lead there.", { suggestions });
  expect(describeFailure(failure, false)).toBe(`error[AMBIGUOUS_PATH]: Two paths lead there.
  help: choose one:
    refunds -order-> orders
    refunds -customer-> customers`);
});
