import { useEffect, useRef, useState } from "preact/hooks";
import { formatCount } from "../format";
import { type NetworkOrder, titleOf } from "../shelf";
import { useActions, useStudioState } from "./context";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { NetworkCard } from "./keep/NetworkCard";
import { ShelfMessage } from "./keep/ShelfMessage";
import { Toasts } from "./keep/Toast";

/** Milliseconds without typing after which a search begins. */
const PAUSE = 150;

const ORDERS: readonly { order: NetworkOrder; text: string }[] = [
  { order: "-changed", text: "Last change first" },
  { order: "-created", text: "Newest first" },
  { order: "title", text: "By name" },
];

/** Search, order, and the ways in. */
function Tools() {
  const actions = useActions();
  const list = useStudioState((state) => state.shelf.list);
  const [text, setText] = useState(list.search);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div class="shelf-tools">
      <label class="search-field">
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search networks"
          placeholder="Search"
          data-own-undo=""
          maxLength={200}
          value={text}
          onInput={(event) => {
            const { value } = event.currentTarget;
            setText(value);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => void actions.loadList({ search: value }), PAUSE);
          }}
        />
      </label>
      <select
        aria-label="Order of my networks"
        value={list.order}
        onChange={(event) => void actions.loadList({ order: event.currentTarget.value as NetworkOrder })}
      >
        {ORDERS.map(({ order, text: words }) => (
          <option key={order} value={order}>
            {words}
          </option>
        ))}
      </select>
      <span class="spring" />
      <button type="button" class="button" onClick={() => actions.startNew()}>
        <Icon name="plus" />
        New
      </button>
      <button type="button" class="button" onClick={() => actions.askFor("import")}>
        <Icon name="upload" />
        Import …
      </button>
    </div>
  );
}

/** What was deleted and can be brought back. */
function Deleted() {
  const actions = useActions();
  const deleted = useStudioState((state) => state.shelf.list.deleted);
  if (deleted.length === 0) return null;
  return (
    <details class="deleted">
      <summary>Deleted lately ({deleted.length})</summary>
      <ul>
        {deleted.map((info) => (
          <li key={info.id}>
            <bdi>{titleOf(info)}</bdi>
            <button type="button" class="button small" onClick={() => void actions.restore(info.id)}>
              Bring back<span class="visually-hidden"> {titleOf(info)}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** One's own networks, or why there are none. */
function Mine() {
  const actions = useActions();
  const list = useStudioState((state) => state.shelf.list);
  const home = useStudioState((state) => state.present?.home);
  const mine = list.networks?.filter((network) => !network.read_only) ?? [];
  const further = list.total - (list.networks?.length ?? 0);
  return (
    <section aria-labelledby="my-networks">
      <h3 id="my-networks">My networks</h3>
      {list.problem !== null ? (
        <div class="shelf-empty" role="alert">
          <Icon name="warning" />
          <p>
            Your networks cannot be reached: {list.problem} The examples work, and what is on screen can be exported as
            a file.
          </p>
          <button type="button" class="button" onClick={() => void actions.loadList()}>
            Try again
          </button>
        </div>
      ) : list.networks === null ? (
        <div class="skeleton-lines" aria-hidden="true">
          <i />
          <i />
        </div>
      ) : mine.length === 0 ? (
        <div class="shelf-empty">
          {list.search === "" ? (
            <>
              <p>
                <strong>Nothing here yet.</strong> Open an example, change anything, and press Save: the copy is yours
                and stands here. A network document can be dropped anywhere on this page.
              </p>
              <button type="button" class="button" onClick={() => actions.askFor("save")}>
                <Icon name="save" />
                Save what is on screen
              </button>
            </>
          ) : (
            <p>None of your networks has all of these words in its name or description.</p>
          )}
        </div>
      ) : (
        <ul class="network-cards">
          {mine.map((network) => (
            <NetworkCard key={network.id} info={network} current={network.id === home} />
          ))}
        </ul>
      )}
      {further > 0 && (
        <button type="button" class="button" onClick={() => actions.showMore()}>
          Show more of {formatCount(further)} further networks
        </button>
      )}
      {list.search === "" && <Deleted />}
    </section>
  );
}

/** The dialog with all networks as small pictures: one's own, and the examples. */
export function NetworkChooser() {
  const actions = useActions();
  const networks = useStudioState((state) => state.shelf.list.networks ?? state.networks);
  const search = useStudioState((state) => state.shelf.list.search);
  const home = useStudioState((state) => state.present?.home);
  // What lies over this one says what went wrong in it.
  const dialog = useStudioState((state) => state.shelf.dialog);
  useEffect(() => void actions.loadList({ search: "" }), [actions]);

  const examples = networks?.filter((network) => network.read_only) ?? [];
  return (
    <Dialog class="chooser" title="Networks" onClose={() => actions.setView({ chooserOpen: false })}>
      <Tools />
      {dialog === null && <ShelfMessage />}
      <Mine />
      <section aria-labelledby="example-networks">
        <h3 id="example-networks">Examples</h3>
        {examples.length === 0 && (
          <p class="muted">{search === "" ? "The examples are not here yet." : "No example has all of these words."}</p>
        )}
        <ul class="network-cards">
          {examples.map((network) => (
            <NetworkCard key={network.id} info={network} current={network.id === home} />
          ))}
        </ul>
      </section>
      <Toasts />
    </Dialog>
  );
}
