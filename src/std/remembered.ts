/**
 * The same function, which answers from memory what it was asked before. For pure functions whose answers are frozen
 * data. Holds at most `limit` answers and forgets the oldest first.
 */
export function remembered<T>(ask: (text: string) => T, limit: number): (text: string) => T {
  const answers = new Map<string, { readonly answer: T }>();
  return (text) => {
    const known = answers.get(text);
    if (known) return known.answer;
    const answer = ask(text);
    const [oldest] = answers.keys();
    if (oldest !== undefined && answers.size >= limit) answers.delete(oldest);
    answers.set(text, { answer });
    return answer;
  };
}
