import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "../Icon";

export interface MenuItem {
  text: string;
  icon: IconName;
  /** A page, or something to do. */
  to: string | (() => void);
  /** One of several of which one is chosen. */
  chosen?: boolean;
}

/** The item that `key` leads to from the one at `at`; null: the key moves nothing. */
function target(key: string, at: number, count: number): number | null {
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}

function itemsIn(host: Element | null): HTMLElement[] {
  return [...(host?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
}

/** A button that opens a list of things to do; groups are set apart by a line. Arrow keys move, Escape closes. */
export function Menu(props: {
  label: string;
  class?: string;
  /** The element that says what the menu is about. */
  describedBy?: string;
  groups: readonly (readonly MenuItem[])[];
  children: ComponentChildren;
}) {
  const [open, setOpen] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    if (!open) return undefined;
    itemsIn(host.current)[0]?.focus();
    const outside = (event: Event) => {
      if (!host.current?.contains(event.target as Node)) setOpen(false);
    };
    window.addEventListener("pointerdown", outside);
    return () => window.removeEventListener("pointerdown", outside);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && open) {
      // The dialog around it stays open.
      event.preventDefault();
      event.stopPropagation();
      close();
      return;
    }
    if (event.key === "Tab" && open) setOpen(false);
    const all = itemsIn(host.current);
    const to = target(event.key, all.indexOf(document.activeElement as HTMLElement), all.length);
    if (!open || to === null) return;
    event.preventDefault();
    all[to]?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the button and the list in it.
    <div class={`menu ${props.class ?? ""}`} ref={host} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="button quiet icon"
        aria-label={props.label}
        aria-describedby={props.describedBy}
        title={props.label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" || open) return;
          event.preventDefault();
          // The list is there before this key reaches what is around, and would take it for a step.
          event.stopPropagation();
          setOpen(true);
        }}
      >
        {props.children}
      </button>
      {open && (
        <div class="menu-list" id={id} role="menu" aria-label={props.label}>
          {props.groups.map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu.
            <div class="menu-group" role="group" key={group[0]?.text ?? ""}>
              {group.map((item) => (
                <Item key={item.text} item={item} close={close} />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Item({ item: { text, icon, to, chosen }, close }: { item: MenuItem; close: () => void }) {
  const content = (
    <>
      <Icon name={icon} />
      <span>{text}</span>
      {chosen === true && <Icon name="check" />}
    </>
  );
  if (typeof to === "string") {
    return (
      <a role="menuitem" tabIndex={-1} href={to}>
        {content}
      </a>
    );
  }
  return (
    <button
      type="button"
      {...(chosen === undefined ? { role: "menuitem" } : { role: "menuitemradio", "aria-checked": chosen })}
      tabIndex={-1}
      onClick={() => {
        close();
        to();
      }}
    >
      {content}
    </button>
  );
}
