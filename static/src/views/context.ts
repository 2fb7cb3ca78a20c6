/** What every view can reach: the state to read, the actions to call, the server's curves. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Actions } from "../actions";
import type { EditActions } from "../actions_edit";
import type { ImageActions } from "../actions_images";
import type { ShelfActions } from "../actions_networks";
import type { PlayActions } from "../actions_play";
import type { ReachActions } from "../actions_reach";
import type { ShareActions } from "../actions_share";
import type { SignalActions } from "../actions_signal";
import type { TrainingActions } from "../actions_training";
import type { Api } from "../api";
import type { PlayApi } from "../api_play";
import { type State, type Store, useStore } from "../store";

/** The actions of the core and of every slice beside it. */
export type StudioActions = Actions &
  EditActions &
  ImageActions &
  PlayActions &
  ReachActions &
  ShareActions &
  ShelfActions &
  SignalActions &
  TrainingActions;

export interface Studio {
  store: Store;
  actions: StudioActions;
  api: Api;
  playApi: PlayApi;
}

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === null) throw new Error("A view of the studio stands outside of it.");
  return studio;
}

export function useActions(): StudioActions {
  return useStudio().actions;
}

/** The part of the state that `select` picks, followed as it changes. */
export function useStudioState<Part>(select: (state: State) => Part): Part {
  return useStore(useStudio().store, select);
}
