// A question that runs on after its answer has come: how far it is, waiting for it, and ending it.
import { pendingIdsOf } from "./answer.js";

const FOLLOW = `query Follow($id: ID!) {
  queryResult(queryId: $id) { pending { pollAfterMs stage elapsedMs } refusal { code message } }
}`;
const CANCEL = "mutation Cancel($id: ID!) { cancelQuery(queryId: $id) }";

/**
 * @param props.ids Of everything in the answer that is pending.
 * @param props.send Sends a body as the question itself was sent, with its token: `(body, signal) => answer`.
 * @param props.body The question, which is asked again when all has ended: it joins what it began.
 * @param props.show Told the answer that came of it.
 */
export function Pending({ ids, send, body, show }) {
  const h = React.createElement;
  // How it goes: null while nobody has said what to do.
  const [said, setSaid] = React.useState(null);
  const gone = React.useRef(null);
  React.useEffect(() => () => gone.current?.abort(), []);
  const doing = async (work) => {
    gone.current?.abort();
    const { signal } = (gone.current = new AbortController());
    const say = (state) => signal.aborted || setSaid(state);
    try {
      await work(signal, say);
    } catch {
      say({ text: "The server does not answer.", isOver: false });
    }
  };
  const wait = () =>
    doing(async (signal, say) => {
      for (let open = ids, answer; open.length > 0; open = pendingIdsOf(answer)) {
        const refusal = await ended(open, { send, signal, say });
        if (refusal) return say({ text: `${refusal.code}: ${refusal.message}`, isOver: true });
        answer = await send(body, signal);
        if (pendingIdsOf(answer).length === 0 && !signal.aborted) show(answer);
      }
    });
  const cancel = () =>
    doing(async (signal, say) => {
      const ends = await Promise.all(ids.map((id) => send({ query: CANCEL, variables: { id } }, signal)));
      const isEnded = ends.some(({ data }) => data?.cancelQuery === true);
      say({ text: isEnded ? "Cancelled." : "There was nothing left to cancel.", isOver: isEnded });
    });
  const button = (text, onClick) => h("button", { type: "button", onClick }, text);
  return h(
    "p",
    { className: "remark pending" },
    h("span", { role: "status" }, said?.text ?? "Still running."),
    !said?.isOver && !said?.isWaiting && button("Wait for it", wait),
    !said?.isOver && button("Cancel", cancel),
  );
}

/** Resolves when none of them runs any more. @returns why one of them has no answer, or null */
async function ended(ids, { send, signal, say }) {
  for (const id of ids) {
    for (;;) {
      const { data, errors } = await send({ query: FOLLOW, variables: { id } }, signal);
      const { pending, refusal } = data?.queryResult ?? {};
      if (errors) return { code: errors[0]?.extensions?.code ?? "INTERNAL", message: errors[0]?.message };
      if (refusal) return refusal;
      if (!pending) break;
      say({ text: `Still ${pending.stage}, for ${Math.round(pending.elapsedMs / 1000)} s.`, isWaiting: true });
      await new Promise((resolve) => setTimeout(resolve, pending.pollAfterMs));
      signal.throwIfAborted();
    }
  }
  return null;
}
