/** The studio's address: `/?network=ID&inputs=0.5,0.7&node=hidden[2]`. */

import { nodeName } from "../format";
import type { State } from "../store";
import { defaultInputs } from "./inputs";

export interface Address {
  network: string | null;
  inputs: string | null;
  node: string | null;
}

/** Inputs of more values than this stay out of the address, which would grow beyond what can be passed on. */
const INPUTS_IN_ADDRESS = 256;

export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  return { network: query.get("network"), inputs: query.get("inputs"), node: query.get("node") };
}

/** The query for what is on screen; inputs only where they are not the network's own example. */
export function writeAddress({ present, selected }: Pick<State, "present" | "selected">): string {
  const id = present?.home ?? present?.networkId ?? null;
  if (present === null || id === null) return "";
  const parts = [`network=${encodeURIComponent(id)}`];
  const { inputs } = present;
  const example = defaultInputs(present.document);
  const changed = inputs.some((value, flat) => !Object.is(value, example[flat]));
  if (changed && inputs.length <= INPUTS_IN_ADDRESS) parts.push(`inputs=${inputs.join(",")}`);
  // Brackets and commas may stand in a query, and a person can then read it.
  if (selected !== null) parts.push(`node=${nodeName(selected)}`);
  return `?${parts.join("&")}`;
}
