import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { namedLayers } from "../../actions_reach";
import { formatCount } from "../../format";
import { completionsOf, type Offer, readPlace } from "../../reach";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";

/** Whether a key is typed into something that takes text. */
function takesText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Lets "/" lead into the field, from everywhere that takes no text itself. */
function useSlash(field: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
      if (document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [field]);
}

/** A box that takes the name of a node, such as `hidden[2]`, completes it, and goes there; also by kind, or by value. */
export function GoTo() {
  const actions = useActions();
  const answer = useStudioState((state) => state.answer);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useSlash(field);

  const layers = useMemo(() => (answer === null ? [] : namedLayers(answer)), [answer]);
  const { offers, more } = useMemo(
    () => (open ? completionsOf(text, layers) : { offers: [], more: 0 }),
    [open, text, layers],
  );
  const shown = open && offers.length > 0;
  const place = open && text.trim() !== "" && offers.length === 0 ? readPlace(text, layers) : null;
  const at = Math.min(active, offers.length - 1);

  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const take = (offer: Offer) => {
    close();
    setText("");
    setWrong(null);
    if (offer.type === "jump") void actions.find(offer.what);
    else actions.show(offer.node);
  };
  const submit = () => {
    const chosen = offers[at];
    if (chosen !== undefined) return take(chosen);
    if (text.trim() === "") return undefined;
    const problem = actions.goTo(text);
    if (problem === null) {
      close();
      setText("");
      return undefined;
    }
    // What is not yet a whole name means the first that it can become.
    const [first] = offers;
    if (first !== undefined) return take(first);
    setWrong(problem);
    return undefined;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) setOpen(true);
      else {
        const step = event.key === "ArrowDown" ? 1 : -1;
        // One more place than offers: the text itself.
        setActive(((at + 1 + step + offers.length + 1) % (offers.length + 1)) - 1);
      }
    } else if (event.key === "Escape" && (open || text !== "")) {
      event.preventDefault();
      event.stopPropagation();
      if (shown) close();
      else {
        setText("");
        setWrong(null);
      }
    } else if (event.key === "[" && offers[at]?.type === "place" && !text.includes("[")) {
      // The index of the layer that is marked.
      event.preventDefault();
      setText(`${offers[at]?.name ?? ""}[`);
      setActive(-1);
    }
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: the search element would be one more box around the form.
    <form
      class="go-to"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return;
        close();
        setWrong(null);
      }}
    >
      <Icon name="search" />
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-expanded={shown}
        aria-controls={shown ? `${id}-list` : undefined}
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        placeholder="Go to hidden[2]"
        aria-label="Go to a node"
        title="A node such as hidden[2], a layer, a kind of layer, or what stands out (press /)"
        aria-invalid={wrong !== null}
        aria-describedby={wrong === null ? undefined : `${id}-hint`}
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        value={text}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setWrong(null);
          setOpen(true);
          setActive(-1);
        }}
        onKeyDown={onKeyDown}
      />
      {shown && (
        <div class="offers">
          <div id={`${id}-list`} role="listbox" aria-label="Places">
            {offers.map((offer, position) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of a list box are those of its text field.
              <div
                key={`${offer.type} ${offer.name}`}
                id={`${id}-${position}`}
                role="option"
                tabIndex={-1}
                aria-selected={position === at}
                class={offer.type}
                // Before the field loses the focus, and with it the list its reason to be there.
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => take(offer)}
              >
                {offer.type === "jump" && <Icon name="target" />}
                <span class="offer-name">{offer.name}</span>
                {offer.type === "place" && <span class="offer-detail">{offer.detail}</span>}
              </div>
            ))}
          </div>
          {more > 0 && <p class="muted offers-more">and {formatCount(more)} more: type on</p>}
        </div>
      )}
      {typeof place === "string" && wrong === null && (
        <p class="field-hint" role="status">
          {place}
        </p>
      )}
      {wrong !== null && (
        <p class="field-hint" id={`${id}-hint`} role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}
