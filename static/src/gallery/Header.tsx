import "../styles/page_head.css";

import { useState } from "preact/hooks";

import type { ThemeChoice } from "../store";
import { Brand } from "../views/Brand";
import { ThemeSwitch } from "../views/ThemeSwitch";
import { applyTheme, readThemeChoice, rememberThemeChoice } from "../views/theme";

const PAGES = [
  { path: "/", label: "Studio" },
  { path: "/activations", label: "Activations" },
  { path: "/docs", label: "API" },
] as const;

interface Props {
  path: (typeof PAGES)[number]["path"];
  /** For a page that does more about the theme than the style sheets do. */
  onTheme?: (choice: ThemeChoice) => void;
}

/** The bar over the pages that are documents: the gallery and the API reference. */
export function Header({ path, onTheme }: Props) {
  const [choice, setChoice] = useState<ThemeChoice>(readThemeChoice);
  const change = (next: ThemeChoice) => {
    setChoice(next);
    applyTheme(next);
    rememberThemeChoice(next);
    onTheme?.(next);
  };
  return (
    <header class="page-head">
      <Brand />
      <nav aria-label="Pages">
        {PAGES.map((page) => (
          <a
            key={page.path}
            class="button quiet"
            href={page.path}
            aria-current={page.path === path ? "page" : undefined}
          >
            {page.label}
          </a>
        ))}
      </nav>
      <ThemeSwitch choice={choice} onChange={change} />
    </header>
  );
}
