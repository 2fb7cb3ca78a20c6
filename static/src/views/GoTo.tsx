import { useId, useMemo, useState } from "preact/hooks";
import { useActions, useStudioState } from "./context";
import { Icon } from "./Icon";

/** Completions offered at a time. */
const OFFERED = 12;

/** A box that takes the name of a node, such as `hidden[2]`, and selects it. */
export function GoTo() {
  const actions = useActions();
  const answer = useStudioState((state) => state.answer);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const list = useId();
  const hint = useId();

  const offers = useMemo(() => {
    const typed = text.trim().toLowerCase();
    const [before = ""] = typed.split("[");
    const layers = answer?.layers.filter((layer) => layer.name.toLowerCase().includes(before)) ?? [];
    return layers.slice(0, OFFERED).map((layer) => `${layer.name}[${layer.shape.map(() => 0).join(",")}]`);
  }, [answer, text]);

  return (
    // biome-ignore lint/a11y/useSemanticElements: the search element would be one more box around the form.
    <form
      class="go-to"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const problem = actions.goTo(text);
        setWrong(problem);
        if (problem === null) setText("");
      }}
    >
      <Icon name="search" />
      <input
        type="text"
        list={list}
        placeholder="Go to hidden[2]"
        aria-label="Go to a node"
        aria-invalid={wrong !== null}
        aria-describedby={wrong === null ? undefined : hint}
        autoComplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setWrong(null);
        }}
        onBlur={() => setWrong(null)}
      />
      <datalist id={list}>
        {offers.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {wrong !== null && (
        <p class="field-hint" id={hint} role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}
