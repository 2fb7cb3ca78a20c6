import { Brand } from "./Brand";
import { useActions, useStudioState } from "./context";
import { GoTo } from "./GoTo";
import { Icon } from "./Icon";
import { ThemeSwitch } from "./ThemeSwitch";
import { rememberThemeChoice } from "./theme";
import { NARROW, useMedia } from "./useMedia";

/** The bar over everything: which network, where to go, how it looks. */
export function TopBar() {
  const actions = useActions();
  const narrow = useMedia(NARROW);
  const { chooserOpen, themeChoice } = useStudioState((state) => state.view);
  const title = useStudioState((state) => {
    const id = state.opening ?? state.present?.networkId ?? null;
    const info = state.networks?.find((network) => network.id === id);
    return info?.title ?? info?.name ?? id ?? "Open a network";
  });
  return (
    <header class="top-bar">
      <Brand />
      <button
        type="button"
        class="button chooser-button"
        aria-haspopup="dialog"
        aria-expanded={chooserOpen}
        title="Choose another network"
        onClick={() => actions.setView({ chooserOpen: !chooserOpen })}
      >
        <span class="visually-hidden">Network: </span>
        <span class="chooser-title">{title}</span>
        <Icon name="chevron" />
      </button>
      {!narrow && <GoTo />}
      <nav class="top-links" aria-label="Pages">
        <a href="/activations">Activations</a>
        <a href="/docs">API</a>
      </nav>
      <ThemeSwitch
        choice={themeChoice}
        compact={narrow}
        onChange={(choice) => {
          rememberThemeChoice(choice);
          actions.setView({ themeChoice: choice });
        }}
      />
    </header>
  );
}
