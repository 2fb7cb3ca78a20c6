import type { ThemeChoice } from "../store";
import { Icon, type IconName } from "./Icon";

const CHOICES: readonly { choice: ThemeChoice; label: string; icon: IconName }[] = [
  { choice: "system", label: "Theme of the system", icon: "system" },
  { choice: "light", label: "Light theme", icon: "sun" },
  { choice: "dark", label: "Dark theme", icon: "moon" },
];

interface Props {
  choice: ThemeChoice;
  onChange: (choice: ThemeChoice) => void;
  /** One button that goes round, where there is no room for three. */
  compact?: boolean;
}

/** System, light or dark: three buttons of which one is pressed. */
export function ThemeSwitch({ choice: chosen, onChange, compact = false }: Props) {
  if (compact) {
    const at = CHOICES.findIndex(({ choice }) => choice === chosen);
    const current = CHOICES[at];
    const next = CHOICES[(at + 1) % CHOICES.length];
    if (current === undefined || next === undefined) return null;
    return (
      <button
        type="button"
        class="button quiet icon"
        aria-label={`${current.label}; press for: ${next.label}`}
        onClick={() => onChange(next.choice)}
      >
        <Icon name={current.icon} />
      </button>
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar.
    <div class="segments" role="group" aria-label="Theme">
      {CHOICES.map(({ choice, label, icon }) => (
        <button
          key={choice}
          type="button"
          aria-label={label}
          title={label}
          aria-pressed={choice === chosen}
          onClick={() => onChange(choice)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </div>
  );
}
