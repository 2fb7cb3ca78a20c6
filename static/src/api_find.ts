/** The call behind searches among all values of a network, wherever they are. */

import { type createRequests, type Question, readNumber } from "./api";
import type { Sought } from "./reach";
import type { WireNumber } from "./wire";

/** A place that was found; `nodes` counts those of its layer that are like it, null where one node is meant. */
export interface Match {
  layer: string;
  index: number[];
  value: number;
  nodes: number | null;
}

/** The place after `skip` others, null where there are no more, and how many there are in all. */
export interface Finding {
  count: number;
  match: Match | null;
}

export interface FindApi {
  find(question: Question, what: Sought, skip: number, signal?: AbortSignal): Promise<Finding>;
}

interface WireFinding {
  count: number;
  matches: (Omit<Match, "value"> & { value: WireNumber })[];
}

export function createFindApi({ post }: ReturnType<typeof createRequests>): FindApi {
  return {
    async find(question, what, skip, signal) {
      const { count, matches } = await post<WireFinding>("/find", { ...question, what, skip }, signal);
      const [first] = matches;
      return { count, match: first === undefined ? null : { ...first, value: readNumber(first.value) } };
    },
  };
}
