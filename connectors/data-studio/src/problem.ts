import { isObject } from "./text.ts";

/** What stops a call, in the words of whoever looks at the chart. */
export class Problem extends Error {
  /** For admins of the connector alone: a code, and the id under which the server's log tells more. */
  readonly debug: string;

  constructor(text: string, debug: string) {
    super(text);
    this.debug = debug;
  }
}

/**
 * Runs what Data Studio calls, and makes whatever stops it one user error. Nothing inside may throw one: what Data Studio
 * throws is a bare `Exception` that says nothing to whoever catches it.
 */
export function atTheEdge<Result>(act: () => Result): Result {
  const outcome = attempt(act);
  if (outcome.problem === null) return outcome.result;
  const error = DataStudioApp.createCommunityConnector().newUserError();
  return error.setText(outcome.problem.message).setDebugText(outcome.problem.debug).throwException();
}

type Outcome<Result> =
  | { readonly problem: null; readonly result: Result }
  | { readonly problem: Problem; readonly result?: never };

function attempt<Result>(act: () => Result): Outcome<Result> {
  try {
    return { problem: null, result: act() };
  } catch (thrown) {
    return { problem: thrown instanceof Problem ? thrown : ourMistake(thrown) };
  }
}

/** Its message may quote what was asked or answered, so only its kind is told. */
function ourMistake(thrown: unknown): Problem {
  const kind = isObject(thrown) && typeof thrown["name"] === "string" ? thrown["name"] : typeof thrown;
  return new Problem("The connector failed. Try again; if it stays, tell whoever runs it.", `CONNECTOR_FAILED ${kind}`);
}

/** An answer that is not what the door of the server says. */
export function badAnswer(what: string): Problem {
  return new Problem(
    "The metrics server's answer could not be read. Try again; if it stays, the connector and the server may be of different versions: tell whoever runs them.",
    `BAD_ANSWER ${what}`,
  );
}
