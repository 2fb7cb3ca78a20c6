/** What every view can reach: the state to read, the actions to call, the server's curves. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Actions } from "../actions";
import type { Api } from "../api";
import { type State, type Store, useStore } from "../store";

export interface Studio {
  store: Store;
  actions: Actions;
  api: Api;
}

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === null) throw new Error("A view of the studio stands outside of it.");
  return studio;
}

export function useActions(): Actions {
  return useStudio().actions;
}

/** The part of the state that `select` picks, followed as it changes. */
export function useStudioState<Part>(select: (state: State) => Part): Part {
  return useStore(useStudio().store, select);
}
