/** The gallery of activation functions: an introduction, a plot of those compared, and a card for each. */

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import type { ActivationInfo, ActivationParameters } from "../wire";
import { AxisCard } from "./AxisCard";
import { COMPARE_LIMIT, type Compared, readAddress, withCompared, writeAddress } from "./address";
import { Card } from "./Card";
import { Comparison } from "./Comparison";
import { matches, named } from "./find";
import { Header } from "./Header";
import { Introduction } from "./Introduction";
import { activations } from "./requests";
import { Toolbar } from "./Toolbar";

/** Browsers refuse more than some 200 changes of the address in ten seconds; a drag makes more. */
const ADDRESS_DELAY = 200;
const FIRST_X = 1;
const FIRST_COMPARED = ["sigmoid", "tanh", "relu", "gelu"];

export type ParameterChoices = ReadonlyMap<string, ActivationParameters>;

const NO_PARAMETERS: ActivationParameters = {};

export function Gallery() {
  const [list, setList] = useState<readonly ActivationInfo[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const load = useCallback(() => {
    setFailure(null);
    activations().then(setList, (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
  }, []);
  useEffect(load, [load]);

  return (
    <>
      <Header path="/activations" />
      {list === null ? <Waiting failure={failure} retry={load} /> : <Functions list={list} />}
    </>
  );
}

function Waiting({ failure, retry }: { failure: string | null; retry: () => void }) {
  if (failure === null) return <main class="gallery gallery-waiting" aria-busy="true" />;
  return (
    <main class="gallery gallery-waiting">
      <h1>Activation functions</h1>
      <p role="alert">The list of functions did not arrive. {failure}</p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </main>
  );
}

function Functions({ list }: { list: readonly ActivationInfo[] }) {
  const first = useMemo(() => readAddress(location.search), []);
  const [x, setX] = useState(first.x ?? FIRST_X);
  const [compared, setCompared] = useState<readonly Compared[]>(() => firstCompared(list, first.compare));
  const [choices, setChoices] = useState<ParameterChoices>(new Map());
  const [filter, setFilter] = useState("");
  const [touched, setTouched] = useState(location.search !== "");
  const linked = useLinked(list);

  const moveX = useCallback((next: number) => {
    setX(next);
    setTouched(true);
  }, []);
  const compare = useCallback((name: string, on: boolean) => {
    setCompared((before) => (on ? withCompared(before, name) : before.filter((entry) => entry.name !== name)));
    setTouched(true);
  }, []);
  const choose = useCallback((name: string, parameters: ActivationParameters) => {
    setChoices((before) => new Map(before).set(name, parameters));
  }, []);

  useEffect(() => {
    if (!touched) return undefined;
    const names = compared.map((entry) => entry.name);
    const timer = setTimeout(() => replaceAddress(writeAddress(names, x)), ADDRESS_DELAY);
    return () => clearTimeout(timer);
  }, [touched, compared, x]);
  useEffect(() => {
    document.documentElement.dataset.ready = "";
  }, []);

  const found = list.filter((activation) => matches(activation, filter));
  const full = compared.length >= COMPARE_LIMIT;
  return (
    <main class="gallery">
      <Introduction />
      <Toolbar x={x} onChange={moveX} />
      <Introduction.Plots list={list} choices={choices} x={x} onPick={moveX} />
      <Comparison list={list} compared={compared} choices={choices} x={x} onPick={moveX} onCompare={compare} />
      <section class="functions" aria-labelledby="functions-title">
        <div class="section-head">
          <h2 id="functions-title">All functions</h2>
          <p class="muted" role="status">
            {filter.trim() === "" ? "" : `${found.length} of ${list.length}`}
          </p>
          <label class="filter">
            <span class="visually-hidden">Filter by name</span>
            <input
              type="search"
              placeholder={`Filter ${list.length} functions`}
              value={filter}
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
          </label>
        </div>
        {found.length === 0 && <p class="empty">No function is called “{filter.trim()}”.</p>}
        <div class="cards">
          {found.map((activation) => {
            const shared = {
              activation,
              parameters: choices.get(activation.name) ?? NO_PARAMETERS,
              onParameters: choose,
              linked: linked === activation.name,
            };
            if (!activation.elementwise) return <AxisCard key={activation.name} {...shared} />;
            return (
              <Card
                key={activation.name}
                {...shared}
                x={x}
                onPick={moveX}
                compared={compared.find((entry) => entry.name === activation.name) ?? null}
                full={full}
                onCompare={compare}
              />
            );
          })}
        </div>
      </section>
    </main>
  );
}

function firstCompared(list: readonly ActivationInfo[], names: readonly string[] | null): readonly Compared[] {
  return (names ?? FIRST_COMPARED)
    .map((name) => named(list, name))
    .filter((activation) => activation?.elementwise === true)
    .reduce<readonly Compared[]>((chosen, activation) => withCompared(chosen, activation?.name ?? ""), []);
}

function replaceAddress(search: string): void {
  if (search !== location.search) history.replaceState(history.state, "", search + location.hash);
}

/** The function that the address points at (#relu, or an alias), brought into view. */
function useLinked(list: readonly ActivationInfo[]): string | null {
  const [linked, setLinked] = useState<string | null>(null);
  useEffect(() => {
    const follow = () => {
      const activation = named(list, decodeURIComponent(location.hash.slice(1)));
      setLinked(activation?.name ?? null);
      if (activation !== undefined) document.getElementById(activation.name)?.scrollIntoView();
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [list]);
  return linked;
}
