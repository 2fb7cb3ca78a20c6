import type { ThemeChoice } from "../../store";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { rememberThemeChoice } from "../theme";
import { download } from "./download";
import { Menu, type MenuItem } from "./Menu";

/** What is done with a network beside saving it; on a narrow screen also what the bar has no room for. */
export function MoreMenu({ narrow }: { narrow: boolean }) {
  const actions = useActions();
  const theme = useStudioState((state) => state.view.themeChoice);
  const file: MenuItem[] = [
    { text: "Save a copy …", icon: "copy", to: () => actions.askFor("copy") },
    { text: "Export as a file", icon: "download", to: () => void actions.exportPresent().then(download) },
    { text: "Import …", icon: "upload", to: () => actions.askFor("import") },
  ];
  const pages: MenuItem[] = [
    { text: "Activation functions", icon: "curve", to: "/activations" },
    { text: "API reference", icon: "code", to: "/docs" },
  ];
  const choose = (choice: ThemeChoice) => () => {
    rememberThemeChoice(choice);
    actions.setView({ themeChoice: choice });
  };
  const themes: MenuItem[] = [
    { text: "Theme of the system", icon: "system", to: choose("system"), chosen: theme === "system" },
    { text: "Light theme", icon: "sun", to: choose("light"), chosen: theme === "light" },
    { text: "Dark theme", icon: "moon", to: choose("dark"), chosen: theme === "dark" },
  ];
  return (
    <Menu label="More" class="from-right" groups={narrow ? [file, pages, themes] : [file]}>
      <Icon name="more" />
    </Menu>
  );
}
