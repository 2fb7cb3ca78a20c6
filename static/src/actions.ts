/** Everything that changes the state. Views call these; nothing else writes the store.
 *
 * Computing works in rounds: a round asks for the values, edges and the selected node's explanation of one edit,
 * side by side. While a round runs, newer edits only replace `present`; when it ends, the next round takes the
 * newest of them. So at most one `/forward` is in flight, and the last edit always wins. */

import { createFetching, EDGES_IN_VIEW, type Reader, type Seen } from "./actions_fetch";
import { loadPoint } from "./activation_point";
import { type Api, ApiError, nest, type Question, versionOf } from "./api";
import { nodeName, parseNodeName } from "./format";
import { flatIndex, indexOf } from "./layout";
import { withKept } from "./shelf";
import { type Answer, type Edit, type History, initialState, type Store, type View } from "./store";
import { type Address, readAddress } from "./views/address";
import { defaultInputs, featureName, inputSize, integerLimit, readTyped } from "./views/inputs";
import type {
  Explanation,
  ForwardAnswer,
  NetworkDocument,
  NetworkReference,
  NodeReference,
  Summary,
  TracedLayer,
} from "./wire";

/** The network that a bare address opens. */
export const FIRST_NETWORK = "walkthrough";

/** Networks with more multiply-adds than this are drawn with the edges of one node at a time. */
export const EDGE_LIMIT = 20_000;

/** Edges asked for into each layer. */
const EDGES_PER_LAYER = 2000;
/** The same from so many multiply-adds on: still more than are drawn at a time. */
const MANY_EDGES = 5000;
const FEWER_EDGES_PER_LAYER = 500;

/** Terms asked for in an explanation: the strongest, but all of a window. */
const TERMS = 100;
const WINDOW_TERMS = 5000;

/** Explanations kept for one answer, so that moving over a big graph does not fill the memory. */
const EXPLANATIONS_KEPT = 256;

/** Milliseconds that the pointer must stay on a node of a large network before that is explained. */
const REST = 60;

/** Steps kept for undo. */
const STEPS_KEPT = 200;

/** Milliseconds within which changes of the same label are one step. */
const SAME_STEP = 1000;

/** How often a busy server is tried again before a person is asked to. */
const BUSY_RETRIES = 5;

export type Direction = "up" | "down" | "left" | "right";

export interface Actions {
  /** Loads the lists and opens what the address asks for. */
  start(search: string): Promise<void>;
  /** Opens a stored network; inputs and node as an address gives them. */
  open(id: string, address?: Partial<Address>): Promise<void>;
  /** Tries again whatever failed last. */
  retry(): void;
  dismissNotice(): void;
  /** Makes `edit` what is wanted, as one step that can be undone; `label` names it in a few words. Further changes of
   * the same label belong to the same step while a pointer is held down, or when they follow within a second. */
  change(edit: Edit, label: string): void;
  /** The summary of an edit's document; asked for once. */
  summaryOf(edit: Edit, signal?: AbortSignal): Promise<Summary>;
  /** Between pointer down and pointer up: a drag is one step however long it rests. */
  hold(held: boolean): void;
  undo(): void;
  redo(): void;
  setInput(flat: number, value: number): void;
  setInputs(values: readonly number[]): void;
  /** Back to the network's own example. */
  resetInputs(): void;
  focus(node: NodeReference | null): void;
  select(node: NodeReference | null): void;
  /** Selects a node that may be out of sight, and brings it into sight. */
  show(node: NodeReference): void;
  /** Moves the focus up or down inside a layer, left or right between layers. */
  moveFocus(direction: Direction): NodeReference | null;
  setView(change: Partial<View>): void;
  /** Says what the drawing shows, so that it is there. */
  see(seen: Seen): void;
  /** Says which layers are read as numbers, so that their values are there as they are. */
  need(reader: Reader, layers: readonly string[], fetched: "exact" | "complete"): void;
  /** The answer with all values of these layers. */
  fetchAll(layers: readonly string[]): Promise<Answer>;
  /** Loads the lists that name and explain things, once. */
  loadLists(): Promise<void>;
}

/** The network of an edit, as a request names it. */
export function networkOf({ networkId, document, edits }: Edit): NetworkReference {
  const base = networkId ?? document;
  return edits.length === 0 ? base : { base, edits };
}

/** Everything that a computation is asked about. */
export function questionOf(edit: Edit): Question {
  const { document, inputs, overrides } = edit;
  return { network: networkOf(edit), inputs: nest(inputs, document.input.shape), overrides };
}

/** How many terms to ask for: a node of a map looks at a window, and that is shown whole. */
function termsOf(node: NodeReference): number {
  return node.index.length > 1 ? WINDOW_TERMS : TERMS;
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}

/** The node that tells most about a network when nobody chose one. */
export function tellingNode(layers: readonly TracedLayer[]): NodeReference | null {
  const broken = layers.find((layer) => layer.statistics.nan + layer.statistics.inf > 0);
  if (broken !== undefined) {
    return { layer: broken.name, index: broken.statistics.first_non_finite ?? broken.shape.map(() => 0) };
  }
  const last = layers.at(-1);
  if (last?.activation === "softmax" && last.statistics.argmax !== null) {
    return { layer: last.name, index: last.statistics.argmax };
  }
  const first = layers.find((layer) => layer.activation !== null) ?? layers[1] ?? layers[0];
  return first === undefined ? null : { layer: first.name, index: first.shape.map(() => 0) };
}

/** Why there is no such node, in words; null when there is one. */
export function missingNode(layers: ReadonlyMap<string, TracedLayer>, node: NodeReference): string | null {
  const layer = layers.get(node.layer);
  if (layer === undefined) {
    return `there is no layer "${node.layer}"; the layers are ${[...layers.keys()].slice(0, 12).join(", ")}${layers.size > 12 ? ", …" : ""}`;
  }
  const last = layer.shape.map((length) => length - 1);
  const fits =
    node.index.length === last.length &&
    node.index.every((position, axis) => Number.isInteger(position) && position >= 0 && position <= (last[axis] ?? -1));
  return fits
    ? null
    : `the nodes of ${layer.name} are ${layer.name}[${last.map(() => "0").join(",")}] to ${layer.name}[${last.join(",")}]`;
}

function sameNode(a: NodeReference | null, b: NodeReference | null): boolean {
  return a === b || (a !== null && b !== null && nodeName(a) === nodeName(b));
}

/** Reads the inputs of an address: the values, or why they cannot be used. */
function readInputs(text: string, document: NetworkDocument): number[] | string {
  const size = inputSize(document);
  const parts = text.split(",");
  if (parts.length !== size) return `${size} ${size === 1 ? "value" : "values"} expected, ${parts.length} given`;
  const values: number[] = [];
  for (const [position, part] of parts.entries()) {
    const reading = readTyped(part, document.input.dtype === "int", integerLimit(document));
    if ("expected" in reading) return `value ${position} is "${part.slice(0, 24)}"; expected ${reading.expected}`;
    values.push(reading.value);
  }
  return values;
}

export function createActions(store: Store, api: Api): Actions {
  /** Ends everything that belongs to the network shown before. */
  let opening = new AbortController();
  let roundRuns = false;
  let busyTries = 0;
  let lastAddress: [string, Partial<Address>] = [FIRST_NETWORK, {}];

  const say = (...sentences: (string | null)[]) => {
    const text = sentences.filter((sentence) => sentence !== null).join(" ");
    store.update({ notice: text === "" ? null : text });
  };

  /** A busy server is tried again by itself a few times; the failure is shown meanwhile. */
  function fail(error: unknown, during: "open" | "compute" | "lists", signal: AbortSignal): void {
    if (signal.aborted || isAbort(error)) return;
    const failure = asApiError(error);
    const { retryAfter } = failure;
    const retrying = retryAfter !== null && busyTries < BUSY_RETRIES;
    store.update({ failure: { error: failure, during, retrying }, opening: null });
    if (!retrying) return;
    busyTries += 1;
    setTimeout(() => {
      if (!signal.aborted && store.get().failure?.error === failure) retry();
    }, retryAfter * 1000);
  }

  const summaries = new WeakMap<NetworkDocument, Summary>();

  async function summaryOf(edit: Edit, signal?: AbortSignal): Promise<Summary> {
    const known = summaries.get(edit.document);
    if (known !== undefined) return known;
    const summary = await api.summary(edit.networkId ?? edit.document, signal);
    summaries.set(edit.document, summary);
    return summary;
  }

  /** The cost of one pass, where it is known yet. */
  function costOf(edit: Edit): number | undefined {
    const listed = store.get().networks?.find((network) => network.id === edit.networkId);
    return listed?.multiply_adds ?? summaries.get(edit.document)?.multiply_adds;
  }

  function isLarge(edit: Edit): boolean {
    return (costOf(edit) ?? 0) > EDGE_LIMIT;
  }

  /** Whether nothing is left to ask for; the edges come after the values. */
  function isComplete(edit: Edit, answer: Answer | null): boolean {
    return answer?.edit === edit && (answer.edges !== null || isLarge(edit));
  }

  function answerOf(edit: Edit, forward: ForwardAnswer, summary: Summary): Answer {
    return {
      edit,
      summary,
      dtype: forward.dtype,
      layers: forward.layers,
      byName: new Map(forward.layers.map((layer) => [layer.name, layer])),
      edges: null,
      explanations: new Map(),
    };
  }

  const fetching = createFetching(store, api, {
    isLarge,
    questionOf,
    onFailure: (error, signal) => fail(error, "compute", signal),
  });

  function keepExplanation(edit: Edit, node: NodeReference, explanation: Explanation): void {
    store.update(({ answer, selected }) => {
      if (answer === null || answer.edit !== edit) return {};
      const kept = [...answer.explanations].filter(
        ([name], position, all) =>
          all.length - position < EXPLANATIONS_KEPT || (selected && name === nodeName(selected)),
      );
      return { answer: { ...answer, explanations: new Map([...kept, [nodeName(node), explanation]]) } };
    });
  }

  /** Asks for an explanation; a selected node's comes with all that the inspector draws, so that it appears at once. */
  async function explain(question: Question, node: NodeReference, signal: AbortSignal): Promise<Explanation> {
    const explanation = await api.explain(question, node, termsOf(node), signal);
    if (sameNode(node, store.get().selected)) await loadPoint(api, explanation, signal);
    return explanation;
  }

  /** Explanations on their way, by node name. */
  const asked = new Map<string, { edit: Edit; stop: AbortController }>();

  /** Asks for the explanations of the nodes in focus and selected where they are not there yet, and stops the
   * requests that nobody waits for any more. */
  function explainWanted(): void {
    const { answer, focus, selected } = store.get();
    const wanted = new Map([focus, selected].filter((node) => node !== null).map((node) => [nodeName(node), node]));
    for (const [name, { edit, stop }] of asked) {
      if (wanted.has(name) && edit === answer?.edit) continue;
      stop.abort();
      asked.delete(name);
    }
    if (answer === null) return;
    const { edit } = answer;
    for (const [name, node] of wanted) {
      if (answer.explanations.has(name) || asked.has(name) || missingNode(answer.byName, node) !== null) continue;
      const stop = new AbortController();
      const entry = { edit, stop };
      asked.set(name, entry);
      explain(questionOf(edit), node, stop.signal)
        .then(
          (explanation) => keepExplanation(edit, node, explanation),
          (error: unknown) => {
            // Where a newer edit is on its way, that brings its own explanation or its own failure.
            if (store.get().present === edit) fail(error, "compute", stop.signal);
          },
        )
        .finally(() => {
          if (asked.get(name) === entry) asked.delete(name);
        });
    }
  }

  /** One round for `edit`: everything about it at once. The first answer of a network is shown as soon as its
   * values are there; later ones as a whole, so that numbers of two inputs never stand side by side. */
  async function round(edit: Edit, signal: AbortSignal): Promise<void> {
    const question = questionOf(edit);
    // A document that is in no list says by its summary whether it is too large for all its edges.
    if (costOf(edit) === undefined) await summaryOf(edit, signal);
    const { selected, answer: shown } = store.get();
    const explainable =
      selected !== null &&
      shown !== null &&
      shown.edit.document === edit.document &&
      missingNode(shown.byName, selected) === null;
    const inView = isLarge(edit) ? fetching.edges(edit) : [];
    const edges = !isLarge(edit)
      ? api.edges(question, (costOf(edit) ?? 0) > MANY_EDGES ? FEWER_EDGES_PER_LAYER : EDGES_PER_LAYER, signal)
      : inView.length > 0
        ? api.edges(question, EDGES_IN_VIEW, signal, inView)
        : Promise.resolve(null);
    const explanation = explainable ? explain(question, selected, signal) : Promise.resolve(null);
    // Each is awaited below; until then a failure of one must not count as unhandled.
    edges.catch(() => undefined);
    explanation.catch(() => undefined);

    const forward = api.forward(question, signal, fetching.options(edit));
    forward.catch(() => undefined);
    const summary = await summaryOf(edit, signal);
    const answer = answerOf(edit, await forward, summary);
    if (signal.aborted) return;
    if (shown?.edit.document !== edit.document) {
      store.update({ answer });
      chooseSelection(answer);
    }
    const [arrivedEdges, arrivedExplanation] = await Promise.all([edges, explanation]);
    if (signal.aborted) return;
    store.update(({ answer: current, failure }) => {
      const explanations = new Map(current?.edit === edit ? current.explanations : []);
      if (arrivedExplanation !== null && selected !== null) explanations.set(nodeName(selected), arrivedExplanation);
      return {
        answer: { ...answer, edges: arrivedEdges, explanations },
        failure: failure?.during === "lists" ? failure : null,
      };
    });
    explainWanted();
    fetching.load();
  }

  /** Runs rounds until what is shown is what is wanted. */
  async function compute(): Promise<void> {
    if (roundRuns) return;
    roundRuns = true;
    try {
      for (;;) {
        const { present, answer } = store.get();
        if (present === null || isComplete(present, answer)) break;
        const { signal } = opening;
        try {
          await round(present, signal);
          busyTries = 0;
        } catch (error) {
          fail(error, "compute", signal);
          // A newer edit may well be computable where this one was not.
          if (store.get().present === present) break;
        }
      }
    } finally {
      roundRuns = false;
    }
  }

  /** The node that the address asked for: the only one whose absence is worth a word. */
  let addressed: NodeReference | null = null;

  /** Keeps a selection that exists in the new answer, else takes the most telling node. */
  function chooseSelection(answer: Answer): void {
    const { selected } = store.get();
    const wrong = selected === null ? null : missingNode(answer.byName, selected);
    if (selected !== null && wrong === null) return;
    const chosen = tellingNode(answer.layers);
    store.update({ selected: chosen, focus: null });
    if (selected !== null && selected === addressed && chosen !== null) {
      say(store.get().notice, `There is no node ${nodeName(selected)}: ${wrong}. Showing ${nodeName(chosen)} instead.`);
    }
    explainWanted();
  }

  /** The step that the next change may still belong to. */
  let running: { label: string; until: number } | null = null;
  let held = false;

  function hold(now: boolean): void {
    held = now;
    running = null;
  }

  /** `history` with what stands now as its newest step. */
  function stepped(label: string): History {
    const { present, history } = store.get();
    const past = present === null ? history.past : [...history.past, { edit: present, label }].slice(-STEPS_KEPT);
    return { past, future: [] };
  }

  function change(edit: Edit, label: string): void {
    const { present, history } = store.get();
    if (edit === present) return;
    const now = performance.now();
    const joins = running?.label === label && (held || now < running.until);
    running = { label, until: now + SAME_STEP };
    store.update({ present: edit, history: joins ? { past: history.past, future: [] } : stepped(label) });
    void compute();
  }

  /** Goes one step back or forward. What stands now goes to the other end under the same label. */
  function travel(from: "past" | "future"): void {
    const { present, history, failure } = store.get();
    const step = from === "past" ? history.past.at(-1) : history.future[0];
    if (present === null || step === undefined) return;
    running = null;
    const here = { edit: present, label: step.label };
    if (store.get().opening !== null) {
      opening.abort();
      opening = new AbortController();
    }
    store.update({
      present: step.edit,
      opening: null,
      failure: failure?.during === "lists" ? failure : null,
      history:
        from === "past"
          ? { past: history.past.slice(0, -1), future: [here, ...history.future] }
          : { past: [...history.past, here], future: history.future.slice(1) },
    });
    void compute();
  }

  async function open(id: string, address: Partial<Address> = {}): Promise<void> {
    lastAddress = [id, address];
    opening.abort();
    opening = new AbortController();
    const { signal } = opening;
    store.update({ opening: id, failure: null, notice: null });
    try {
      const [document] = await Promise.all([api.network(id, signal), loadLists()]);
      if (signal.aborted) return;
      const version = versionOf(document);
      const notes: string[] = [];
      let inputs: readonly number[] = defaultInputs(document);
      if (address.inputs !== undefined && address.inputs !== null) {
        const reading = readInputs(address.inputs, document);
        if (typeof reading === "string")
          notes.push(`The inputs in the address cannot be used: ${reading}. Showing the network's own example.`);
        else inputs = reading;
      }
      let selected: NodeReference | null = null;
      if (address.node !== undefined && address.node !== null) {
        selected = parseNodeName(address.node);
        if (selected === null) {
          notes.push(
            `"${address.node.slice(0, 40)}" in the address is not the name of a node; expected one such as hidden[2].`,
          );
        }
      }
      addressed = selected;
      store.update((state) => ({
        // Others may change a stored network at any time: only an example can be named by its id in a request.
        present: { networkId: version === null ? id : null, home: id, document, edits: [], inputs, overrides: [] },
        shelf: version === null ? state.shelf : withKept(state.shelf, id, version, document),
        history: stepped(`open ${document.title ?? document.name ?? id}`),
        opening: null,
        selected,
        reveal: null,
        focus: null,
        notice: notes.length > 0 ? notes.join(" ") : null,
        view: { ...state.view, valuesLayer: null },
      }));
      await compute();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404 && id !== FIRST_NETWORK) {
        await open(FIRST_NETWORK);
        say(`There is no network "${id.slice(0, 60)}". Showing ${FIRST_NETWORK} instead.`, store.get().notice);
        return;
      }
      fail(error, "open", signal);
    }
  }

  let lists: Promise<void> | null = null;

  /** The lists that name and explain things; the page works without them, so their failure stops nothing. */
  function loadLists(): Promise<void> {
    lists ??= (async () => {
      const settle = async <Value>(call: Promise<Value>, keep: (value: Value) => void) => {
        try {
          keep(await call);
        } catch (error) {
          lists = null;
          fail(error, "lists", new AbortController().signal);
        }
      };
      const networks = settle(api.networks(), (found) => store.update({ networks: found }));
      void settle(api.activations(), (found) =>
        store.update({
          activations: new Map(found.flatMap((one) => [one.name, ...one.aliases].map((name) => [name, one]))),
        }),
      );
      void settle(api.layerKinds(), (found) =>
        store.update({ layerKinds: new Map(found.map((one) => [one.kind, one])) }),
      );
      await networks;
    })();
    return lists;
  }

  function retry(): void {
    const { failure, present } = store.get();
    store.update({ failure: null });
    if (failure?.during === "open" || present === null) void open(...lastAddress);
    else if (failure?.during === "lists") void loadLists();
    else {
      void compute();
      explainWanted();
    }
  }

  let resting: ReturnType<typeof setTimeout> | undefined;

  function focus(node: NodeReference | null): void {
    const { focus: before, answer } = store.get();
    if (sameNode(node, before)) return;
    store.update({ focus: node });
    clearTimeout(resting);
    // An explanation of a large network costs a whole forward pass: only where the pointer stays.
    if (answer !== null && isLarge(answer.edit)) resting = setTimeout(explainWanted, REST);
    else explainWanted();
  }

  function select(node: NodeReference | null): void {
    if (sameNode(node, store.get().selected)) return;
    store.update({ selected: node });
    explainWanted();
    fetching.load();
  }

  function show(node: NodeReference): void {
    select(node);
    store.update({ reveal: { ...node } });
  }

  function moveFocus(direction: Direction): NodeReference | null {
    const { answer, focus: focused, selected } = store.get();
    if (answer === null) return null;
    const from = focused ?? selected ?? tellingNode(answer.layers);
    if (from === null) return null;
    const position = answer.layers.findIndex((layer) => layer.name === from.layer);
    const layer = answer.layers[position];
    if (layer === undefined) return null;
    const flat = flatIndex(layer.shape, from.index);
    let to = from;
    if (direction === "up" || direction === "down") {
      const next = Math.min(layer.size - 1, Math.max(0, flat + (direction === "down" ? 1 : -1)));
      to = { layer: layer.name, index: indexOf(layer.shape, next) };
    } else {
      const neighbour = answer.layers[position + (direction === "right" ? 1 : -1)];
      if (neighbour !== undefined) {
        // The same height in the other layer, so that going there and back ends where it began as nearly as it can.
        const share = layer.size > 1 ? flat / (layer.size - 1) : 0.5;
        const next = Math.round(share * (neighbour.size - 1));
        to = { layer: neighbour.name, index: indexOf(neighbour.shape, next) };
      }
    }
    focus(to);
    return to;
  }

  return {
    change,
    summaryOf,
    hold,
    undo: () => travel("past"),
    redo: () => travel("future"),
    loadLists,
    async start(search) {
      const address = readAddress(search);
      await open(address.network ?? FIRST_NETWORK, address);
    },
    open,
    retry() {
      busyTries = 0;
      retry();
    },
    dismissNotice: () => store.update({ notice: null }),
    setInput(flat, value) {
      const { present } = store.get();
      if (present === null || Object.is(present.inputs[flat], value)) return;
      const inputs = present.inputs.map((old, position) => (position === flat ? value : old));
      change({ ...present, inputs }, featureName(present.document, flat));
    },
    setInputs(values) {
      const { present } = store.get();
      if (present !== null) change({ ...present, inputs: [...values] }, "the inputs");
    },
    resetInputs() {
      const { present } = store.get();
      if (present !== null) change({ ...present, inputs: defaultInputs(present.document) }, "reset the inputs");
    },
    focus,
    select,
    show,
    moveFocus,
    setView(change) {
      store.update((state) => ({ view: { ...(state.view ?? initialState.view), ...change } }));
      if (change.scale !== undefined) fetching.load();
    },
    see: fetching.see,
    need: fetching.need,
    fetchAll: fetching.fetchAll,
  };
}
