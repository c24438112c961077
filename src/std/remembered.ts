/**
 * The same function, which answers from memory what it was asked before. For pure functions whose answers are frozen
 * data. Forgets what was asked first, beyond so many answers, or beyond so many characters of the texts that they are to.
 *
 * @param characters An answer takes as much memory as its text, or some fifty times as much where it is a tree.
 */
export function remembered<T>(ask: (text: string) => T, limit: number, characters = 250_000): (text: string) => T {
  const answers = new Map<string, { readonly answer: T }>();
  let held = 0;
  return (text) => {
    const known = answers.get(text);
    if (known) return known.answer;
    const answer = ask(text);
    if (text.length > characters / 4) return answer;
    answers.set(text, { answer });
    held += text.length;
    for (const oldest of answers.keys()) {
      if (answers.size <= limit && held <= characters) break;
      answers.delete(oldest);
      held -= oldest.length;
    }
    return answer;
  };
}
