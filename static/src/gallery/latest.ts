/** Ask for the newest input only: one request is under way, the last input waits, those between are dropped. */

export interface Latest<Input> {
  ask(input: Input): void;
  dispose(): void;
}

/** `request` must not throw synchronously; what it answers goes to `done`, why it failed to `failed`. */
export function latest<Input, Answer>(
  request: (input: Input) => Promise<Answer>,
  done: (answer: Answer, input: Input) => void,
  failed: (error: unknown, input: Input) => void,
): Latest<Input> {
  let busy = false;
  let waiting: { input: Input } | null = null;
  let disposed = false;

  async function run(input: Input): Promise<void> {
    busy = true;
    try {
      const answer = await request(input);
      if (!disposed) done(answer, input);
    } catch (error) {
      // An older question's failure says nothing about the one that waits.
      if (!disposed && waiting === null) failed(error, input);
    }
    busy = false;
    const next = waiting;
    waiting = null;
    if (next !== null && !disposed) void run(next.input);
  }

  return {
    ask(input) {
      if (busy) waiting = { input };
      else void run(input);
    },
    dispose() {
      disposed = true;
      waiting = null;
    },
  };
}
