/** The studio page: makes the store, joins it with the address and the theme, and draws the views. */

import "./views/theme";
import "./styles/base.css";
import "./styles/studio.css";
import { render } from "preact";
import { createActions } from "./actions";
import { createApi } from "./api";
import { nodeName } from "./format";
import { createStore, initialState } from "./store";
import { App } from "./views/App";
import { readAddress, writeAddress } from "./views/address";
import { StudioContext } from "./views/context";
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
const actions = createActions(store, api);

/** Puts what is on screen into the address. Another network is a new entry in the history, the rest is not. */
function followAddress(): void {
  let written = window.location.search;
  let network = readAddress(written).network;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const write = () => {
    const state = store.get();
    if (state.present === null || state.opening !== null || state.answer?.edit.document !== state.present.document)
      return;
    const query = writeAddress(state);
    if (query === written) return;
    const isOther = network !== null && network !== state.present.networkId;
    network = state.present.networkId;
    written = query;
    const target = `${window.location.pathname}${query}`;
    if (isOther) window.history.pushState(null, "", target);
    else window.history.replaceState(null, "", target);
    const title = state.present.document.title ?? state.present.document.name ?? network;
    document.title = `${title ?? "Network"}${state.selected === null ? "" : `, ${nodeName(state.selected)}`} - Vitrine`;
  };
  store.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(write, ADDRESS_DELAY);
  });
  window.addEventListener("popstate", () => {
    written = window.location.search;
    network = readAddress(written).network;
    void actions.start(written);
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
const host = document.getElementById("studio");
if (host === null) throw new Error("The page has no element with the id studio.");
render(
  <StudioContext.Provider value={{ store, actions, api }}>
    <App />
  </StudioContext.Provider>,
  host,
);
void actions.start(window.location.search);
