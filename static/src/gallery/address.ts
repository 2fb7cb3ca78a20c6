/** The gallery's address: `/activations?compare=relu,tanh&x=0.5#gelu`. */

import type { SeriesColor } from "../plots/curve";

/** As many as there are colours that can be told apart. */
export const COMPARE_LIMIT = 6;

export interface Compared {
  readonly name: string;
  /** Kept while others come and go, so that a curve never changes its colour. */
  readonly color: SeriesColor;
}

export interface Address {
  readonly compare: readonly string[] | null;
  readonly x: number | null;
}

export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const compare = query.get("compare");
  const x = query.get("x");
  return {
    compare: compare === null ? null : [...new Set(compare.split(",").map((name) => name.trim()))].filter(Boolean),
    x: x === null || x.trim() === "" || !Number.isFinite(Number(x)) ? null : Number(x),
  };
}

/** Names need no escaping, and a person can then read the query. */
export function writeAddress(compare: readonly string[], x: number): string {
  return `?compare=${compare.join(",")}&x=${x}`;
}

/** With `name` added in the first free colour; unchanged when it is there already or all colours are taken. */
export function withCompared(list: readonly Compared[], name: string): readonly Compared[] {
  if (list.length >= COMPARE_LIMIT || list.some((entry) => entry.name === name)) return list;
  const taken = new Set<number>(list.map((entry) => entry.color));
  const free = ([1, 2, 3, 4, 5, 6] as const).find((color) => !taken.has(color));
  return free === undefined ? list : [...list, { name, color: free }];
}
