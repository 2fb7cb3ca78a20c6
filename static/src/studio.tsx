/** The studio page: makes the store, joins it with the address and the theme, and draws the views. */

import "./views/theme";
import "./styles/base.css";
import "./styles/studio.css";
import "./styles/edit.css";
import "./styles/keep.css";
import "./styles/play.css";
import "./styles/depth.css";
import "./styles/reach.css";
import "./styles/signal.css";
import "./styles/training.css";
import "./styles/image.css";
import { render } from "preact";
import { createActions } from "./actions";
import { createEditActions } from "./actions_edit";
import { createImageActions } from "./actions_images";
import { createShelfActions } from "./actions_networks";
import { createPlayActions } from "./actions_play";
import { createReachActions } from "./actions_reach";
import { createShareActions } from "./actions_share";
import { createSignalActions } from "./actions_signal";
import { createTrainingActions } from "./actions_training";
import { createApi, createRequests } from "./api";
import { createFindApi } from "./api_find";
import { createImagesApi } from "./api_images";
import { createNetworksApi } from "./api_networks";
import { createPlayApi } from "./api_play";
import { createSignalApi } from "./api_signal";
import { createTrainingsApi } from "./api_trainings";
import { nodeName } from "./format";
import { titleOf } from "./shelf";
import { createStore, initialState } from "./store";
import { App } from "./views/App";
import { readAddress, writeAddress } from "./views/address";
import { type StudioActions, StudioContext } from "./views/context";
import { followEditing } from "./views/edit/shortcuts";
import { followUnsaved } from "./views/keep/unsaved";
import { applyTheme, readThemeChoice, resolveTheme, watchSystemTheme } from "./views/theme";

/** Browsers refuse more than some 200 changes of the address in ten seconds; a drag makes more. */
const ADDRESS_DELAY = 200;

const themeChoice = readThemeChoice();
const store = createStore({
  ...initialState,
  view: {
    ...initialState.view,
    themeChoice,
    theme: resolveTheme(themeChoice),
    // On a low screen the graph needs the height more.
    drawerOpen: window.innerHeight >= 840,
  },
});
const api = createApi();
const playApi = createPlayApi();
const core = createActions(store, api);
const editing = createEditActions(store, api, core);
const actions: StudioActions = {
  ...core,
  ...editing,
  ...createTrainingActions(store, createTrainingsApi(createRequests()), core),
  ...createSignalActions(store, createSignalApi(createRequests()), core, editing),
  ...createReachActions(store, createFindApi(createRequests()), core),
  ...createImageActions(store, createImagesApi(createRequests()), core),
  ...createShareActions(store, api, core),
  ...createPlayActions(store, playApi, core, () => window.matchMedia("(prefers-reduced-motion: reduce)").matches),
  ...createShelfActions(store, { ...api, ...createNetworksApi(createRequests()) }, core),
};

/** Puts what is on screen into the address. Another network is a new entry in the history, the rest is not. */
function followAddress(): void {
  let written = window.location.search;
  let network = readAddress(written).network;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const write = () => {
    const state = store.get();
    if (state.present === null || state.opening !== null || state.answer?.edit.document !== state.present.document)
      return;
    const id = state.present.home ?? state.present.networkId;
    const kept = id === null ? undefined : state.shelf.kept.get(id);
    const title = kept?.title ?? titleOf(state.present.document);
    document.title = `${title}${state.selected === null ? "" : `, ${nodeName(state.selected)}`} - Vitrine`;
    const query = writeAddress(state);
    if (query === written) return;
    const isOther = network !== null && network !== id;
    network = id;
    written = query;
    // A network without a name of its own stands in the fragment that it was opened by.
    const target = `${window.location.pathname}${query}${query === "" ? window.location.hash : ""}`;
    if (isOther) window.history.pushState(null, "", target);
    else window.history.replaceState(null, "", target);
  };
  store.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(write, ADDRESS_DELAY);
  });
  window.addEventListener("popstate", () => {
    written = window.location.search;
    network = readAddress(written).network;
    void actions.openAddress(window.location);
  });
}

function followTheme(): void {
  watchSystemTheme(() => {
    const { themeChoice: choice } = store.get().view;
    actions.setView({ theme: resolveTheme(choice) });
  });
  store.subscribe(() => {
    const { themeChoice: choice, theme } = store.get().view;
    if (
      resolveTheme(choice) === theme &&
      document.documentElement.dataset.theme === (choice === "system" ? undefined : choice)
    ) {
      return;
    }
    applyTheme(choice);
    actions.setView({ theme: resolveTheme(choice) });
  });
}

followAddress();
followTheme();
followEditing(actions);
followUnsaved(store, actions);
const host = document.getElementById("studio");
if (host === null) throw new Error("The page has no element with the id studio.");
render(
  <StudioContext.Provider value={{ store, actions, api, playApi }}>
    <App />
  </StudioContext.Provider>,
  host,
);
void actions.openAddress(window.location);
