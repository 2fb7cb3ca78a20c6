/** Enough for every function once, and for a good part of a parameter's way under a dragged slider. */
const LIMIT = 128;

/** `request`, whose last answers are kept by its arguments (as JSON); a failure is not kept. */
export function remembered<Question extends unknown[], Answer>(
  request: (...question: Question) => Promise<Answer>,
): (...question: Question) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (...question) => {
    const key = JSON.stringify(question);
    const answer = answers.get(key) ?? request(...question);
    answers.delete(key);
    answers.set(key, answer);
    answer.catch(() => answers.delete(key));
    // A map keeps the order of insertion: the first key is the one that was not used for longest.
    const [oldest] = answers.keys();
    if (answers.size > LIMIT && oldest !== undefined) answers.delete(oldest);
    return answer;
  };
}
