/** The theme: the system's or a chosen one, remembered in this browser and put on `<html>` before anything is painted. */

import type { ThemeChoice } from "../store";

const KEY = "vitrine.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function readThemeChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system"; // Storage may be switched off; the choice then lasts as long as the page.
  }
}

export function resolveTheme(choice: ThemeChoice): "light" | "dark" {
  if (choice !== "system") return choice;
  return dark.matches ? "dark" : "light";
}

export function applyTheme(choice: ThemeChoice): void {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}

export function rememberThemeChoice(choice: ThemeChoice): void {
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // As above.
  }
}

/** Calls `listener` when the system changes between light and dark. */
export function watchSystemTheme(listener: () => void): void {
  dark.addEventListener("change", listener);
}

applyTheme(readThemeChoice());
