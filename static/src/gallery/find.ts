import type { ActivationInfo } from "../wire";

/** The function that a name or an alias means. */
export function named(list: readonly ActivationInfo[], name: string): ActivationInfo | undefined {
  return (
    list.find((activation) => activation.name === name) ?? list.find((activation) => activation.aliases.includes(name))
  );
}

/** Does a name, an alias or the title contain what was typed? Underscores, blanks and case make no difference. */
export function matches(activation: ActivationInfo, typed: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[\s_-]/g, "");
  const wanted = plain(typed);
  return [activation.name, activation.title, ...activation.aliases].some((text) => plain(text).includes(wanted));
}
