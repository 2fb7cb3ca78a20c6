import { titleOf } from "../shelf";
import { Brand } from "./Brand";
import { useActions, useStudioState } from "./context";
import { HistoryButtons } from "./edit/HistoryButtons";
import { Icon } from "./Icon";
import { MoreMenu } from "./keep/MoreMenu";
import { SaveControls } from "./keep/SaveControls";
import { GoTo } from "./reach/GoTo";
import { ShareButton } from "./share/ShareButton";
import { ThemeSwitch } from "./ThemeSwitch";
import { rememberThemeChoice } from "./theme";
import { NARROW, useMedia } from "./useMedia";

/** The bar over everything: which network, whether it is saved, what to do with it, where to go, how it looks. */
export function TopBar() {
  const actions = useActions();
  const narrow = useMedia(NARROW);
  const { chooserOpen, themeChoice } = useStudioState((state) => state.view);
  const title = useStudioState((state) => {
    const { opening, present, networks, shelf } = state;
    const id = opening ?? present?.home ?? null;
    const info = networks?.find((network) => network.id === id);
    const kept = id === null ? undefined : shelf.kept.get(id)?.title;
    if (kept !== undefined) return kept;
    if (info !== undefined) return titleOf(info);
    return present === null ? (id ?? "Open a network") : titleOf(present.document);
  });
  return (
    <header class="top-bar">
      <Brand />
      <button
        type="button"
        class="button chooser-button"
        aria-haspopup="dialog"
        aria-expanded={chooserOpen}
        title="Networks: open, import, or begin another one"
        onClick={() => actions.setView({ chooserOpen: !chooserOpen })}
      >
        <span class="visually-hidden">Network: </span>
        <bdi class="chooser-title">{title}</bdi>
        <Icon name="chevron" />
      </button>
      <SaveControls narrow={narrow} />
      <HistoryButtons />
      {!narrow && <GoTo />}
      <span class="top-spring" />
      <ShareButton compact={narrow} />
      {!narrow && (
        <nav class="top-links" aria-label="Pages">
          <a href="/activations">Activations</a>
          <a href="/docs">API</a>
        </nav>
      )}
      {!narrow && (
        <ThemeSwitch
          choice={themeChoice}
          onChange={(choice) => {
            rememberThemeChoice(choice);
            actions.setView({ themeChoice: choice });
          }}
        />
      )}
      <MoreMenu narrow={narrow} />
    </header>
  );
}
