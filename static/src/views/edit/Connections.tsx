import { useId, useState } from "preact/hooks";
import type { Operation } from "../../wire";
import { Icon } from "../Icon";
import type { LayerRow } from "./layer_rows";

interface Props {
  row: LayerRow;
  names: readonly string[];
  problem: string | null;
  onChange: (operation: Operation, label: string) => Promise<boolean>;
}

/** More names than this are typed rather than chosen. */
const LISTED = 300;

/** How two inputs of a layer that takes one are joined. */
const MERGES = [
  { merge: "add", title: "add" },
  { merge: "concatenate", title: "side by side" },
] as const;

/** Which layers a layer reads: to take away, and to add a skip connection or the end of a branch. */
export function Connections({ row, names, problem, onChange }: Props) {
  const [from, setFrom] = useState("");
  const [merge, setMerge] = useState<string>("add");
  const id = useId();
  const single = row.inputs.length === 1;
  const others = names.filter((name) => name !== row.name && !row.inputs.includes(name));
  const connect = async () => {
    const operation: Operation = { operation: "connect", from, to: row.name, ...(single ? { merge } : {}) };
    if (await onChange(operation, `connect ${from} with ${row.name}`)) setFrom("");
  };
  return (
    <div class="connections">
      <span class="connections-word">reads</span>
      <ul>
        {row.inputs.map((source) => (
          <li key={source} class="chip">
            {source}
            {!single && (
              <button
                type="button"
                aria-label={`Disconnect ${source} from ${row.name}`}
                title={`No longer read ${source}`}
                onClick={() =>
                  void onChange(
                    { operation: "disconnect", from: source, to: row.name },
                    `disconnect ${source} from ${row.name}`,
                  )
                }
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <div class="connect">
          <label for={id} class="visually-hidden">
            Let {row.name} also read
          </label>
          {others.length <= LISTED ? (
            <select
              id={id}
              value={from}
              aria-invalid={problem !== null}
              onChange={(event) => setFrom(event.currentTarget.value)}
            >
              <option value="">and also …</option>
              {others.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          ) : (
            <input
              id={id}
              type="text"
              placeholder="and also …"
              data-own-undo=""
              aria-invalid={problem !== null}
              value={from}
              onInput={(event) => setFrom(event.currentTarget.value.trim())}
            />
          )}
          {from !== "" && (
            <>
              {single && (
                // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar.
                <div class="segments" role="group" aria-label="Join by">
                  {MERGES.map((one) => (
                    <button
                      key={one.merge}
                      type="button"
                      aria-pressed={merge === one.merge}
                      onClick={() => setMerge(one.merge)}
                    >
                      {one.title}
                    </button>
                  ))}
                </div>
              )}
              <button type="button" class="button small" onClick={() => void connect()}>
                Connect
              </button>
            </>
          )}
        </div>
      )}
      {problem !== null && (
        <p class="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
