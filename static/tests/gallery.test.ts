import { describe, expect, it } from "vitest";

import { type Compared, readAddress, withCompared, writeAddress } from "../src/gallery/address";
import { breakable } from "../src/gallery/breakable";
import { matches, named } from "../src/gallery/find";
import { latest } from "../src/gallery/latest";
import { sliderRange } from "../src/gallery/ranges";
import { remembered } from "../src/gallery/remembered";
import { shownWindow } from "../src/gallery/window";
import type { ActivationInfo, ActivationParameter } from "../src/wire";

describe("address", () => {
  it("reads what it wrote", () => {
    expect(readAddress(writeAddress(["relu", "tanh"], 0.5))).toEqual({ compare: ["relu", "tanh"], x: 0.5 });
    expect(readAddress(writeAddress([], -3))).toEqual({ compare: [], x: -3 });
  });

  it("ignores what is missing or makes no sense", () => {
    expect(readAddress("")).toEqual({ compare: null, x: null });
    expect(readAddress("?x=much&compare=relu,,relu")).toEqual({ compare: ["relu"], x: null });
    expect(readAddress("?x=")).toEqual({ compare: null, x: null });
    expect(readAddress("?x=1e999")).toEqual({ compare: null, x: null });
  });
});

describe("comparison", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const add = (list: readonly Compared[], name: string) => withCompared(list, name);

  it("gives each function a colour of its own, six at most", () => {
    const list = names.reduce<readonly Compared[]>(add, []);
    expect(list.map((entry) => entry.color)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(list.some((entry) => entry.name === "g")).toBe(false);
  });

  it("leaves the colours of the others alone when one goes and another comes", () => {
    const list = names.slice(0, 3).reduce<readonly Compared[]>(add, []);
    const next = withCompared(
      list.filter((entry) => entry.name !== "a"),
      "z",
    );
    expect(next).toEqual([
      { name: "b", color: 2 },
      { name: "c", color: 3 },
      { name: "z", color: 1 },
    ]);
    expect(withCompared(next, "z")).toBe(next);
  });
});

describe("finding", () => {
  const silu = { name: "silu", aliases: ["swish"], title: "Sigmoid linear unit" } as ActivationInfo;
  const hard = { name: "hard_sigmoid", aliases: [], title: "Hard sigmoid" } as unknown as ActivationInfo;

  it("knows names and aliases", () => {
    expect(named([hard, silu], "swish")).toBe(silu);
    expect(named([hard, silu], "nothing")).toBeUndefined();
  });

  it("filters by name, alias and title, whatever the case and the blanks", () => {
    expect(matches(hard, "Hard S")).toBe(true);
    expect(matches(hard, "hard_s")).toBe(true);
    expect(matches(silu, "SWI")).toBe(true);
    expect(matches(silu, "linear unit")).toBe(true);
    expect(matches(silu, "")).toBe(true);
    expect(matches(silu, "tanh")).toBe(false);
  });
});

describe("breakable", () => {
  it("breaks after equals signs, and before a condition", () => {
    expect(breakable("f(x) = a + b = c \\qquad s = t")).toBe(
      "\\displaystyle {f(x)} = {a + b} = {c} \\qquad\\allowbreak {s = t}",
    );
  });

  it("leaves brackets, groups and environments alone", () => {
    const whole = ["\\begin{cases} 1 & x = 0 \\end{cases}", "(x = 0]", "\\frac{a = b}{c}", "\\{0, 1\\}"];
    for (const latex of whole) expect(breakable(latex)).toBe(`\\displaystyle {${latex}}`);
  });
});

describe("latest", () => {
  /** Requests that are answered by hand. */
  function requests() {
    const asked: { input: number; answer: (value: string) => void; fail: (error: Error) => void }[] = [];
    const request = (input: number) =>
      new Promise<string>((answer, fail) => {
        asked.push({ input, answer, fail });
      });
    return { asked, request };
  }
  const settle = () => new Promise((done) => setTimeout(done, 0));

  it("asks for the first and the last, not for those between", async () => {
    const { asked, request } = requests();
    const answers: string[] = [];
    const asker = latest(
      request,
      (answer) => answers.push(answer),
      () => answers.push("failed"),
    );
    for (const input of [1, 2, 3]) asker.ask(input);
    expect(asked.map((one) => one.input)).toEqual([1]);
    asked[0]?.answer("one");
    await settle();
    expect(asked.map((one) => one.input)).toEqual([1, 3]);
    asked[1]?.answer("three");
    await settle();
    expect(answers).toEqual(["one", "three"]);
  });

  it("goes on after a failure, and tells only of the newest question's", async () => {
    const { asked, request } = requests();
    const told: string[] = [];
    const asker = latest(
      request,
      (answer) => told.push(answer),
      (error) => told.push(String(error)),
    );
    asker.ask(1);
    asker.ask(2);
    asked[0]?.fail(new Error("no"));
    await settle();
    asked[1]?.fail(new Error("again no"));
    await settle();
    asker.ask(3);
    asked[2]?.answer("three");
    await settle();
    expect(told).toEqual(["Error: again no", "three"]);
  });

  it("is silent after it was disposed of", async () => {
    const { asked, request } = requests();
    const told: string[] = [];
    const asker = latest(
      request,
      (answer) => told.push(answer),
      () => told.push("failed"),
    );
    asker.ask(1);
    asker.ask(2);
    asker.dispose();
    asked[0]?.answer("one");
    await settle();
    expect(told).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});

describe("remembered", () => {
  it("asks once for each question, and again after a failure", async () => {
    const asked: string[] = [];
    let broken = true;
    const ask = remembered(async (name: string, options: object) => {
      asked.push(name);
      if (name === "bad" && broken) throw new Error("no");
      return { name, options };
    });
    expect(await ask("good", {})).toBe(await ask("good", {}));
    await ask("good", { alpha: 1 });
    await expect(ask("bad", {})).rejects.toThrow("no");
    broken = false;
    expect((await ask("bad", {})).name).toBe("bad");
    expect(asked).toEqual(["good", "good", "bad", "bad"]);
  });

  it("forgets what was not asked for longest", async () => {
    let asked = 0;
    const ask = remembered(async (question: number) => {
      asked++;
      return question;
    });
    for (let question = 0; question < 200; question++) await ask(question);
    await ask(199);
    expect(asked).toBe(200);
    await ask(0);
    expect(asked).toBe(201);
  });
});

describe("sliders", () => {
  const parameter = (over: Partial<ActivationParameter>): ActivationParameter => ({
    name: "alpha",
    type: "number",
    default: 1,
    minimum: null,
    maximum: null,
    description: "",
    ...over,
  });

  it("keep to bounds that a person would drag between", () => {
    expect(sliderRange(parameter({ minimum: 0, maximum: 5 }))).toEqual({ minimum: 0, maximum: 5, step: 0.01 });
  });

  it("do not reach for bounds that only keep out nonsense", () => {
    expect(sliderRange(parameter({ default: 0.25, minimum: -1e6, maximum: 1e6 }))).toMatchObject({
      minimum: -1,
      maximum: 1,
    });
    expect(sliderRange(parameter({ default: 4, minimum: 1e-6, maximum: 1e6 }))).toMatchObject({
      minimum: 0.01,
      maximum: 8,
    });
  });

  it("step over whole numbers where only they are allowed", () => {
    expect(sliderRange(parameter({ type: "integer", default: 2 })).step).toBe(1);
  });
});

describe("window", () => {
  it("shows all of a bounded curve", () => {
    const { yDomain, beyond } = shownWindow([[-1, 1]]);
    expect(yDomain[0]).toBeLessThan(-1);
    expect(yDomain[1]).toBeGreaterThan(1);
    expect(beyond).toEqual([]);
  });

  it("cuts off a curve that would flatten the others, and says so", () => {
    const { yDomain, beyond } = shownWindow([[0, 22026.5]]);
    expect(yDomain[1]).toBe(12);
    expect(yDomain[0]).toBeGreaterThan(-1);
    expect(beyond).toEqual([22026.5]);
  });
});
