import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepLastGood, readLastGood, type KnownModel } from "../../src/daemon/known-model.ts";
import { placesIn, type Places } from "../../src/daemon/places.ts";
import { Troubles } from "../../src/daemon/troubles.ts";
import type { Model } from "../../src/model/model.ts";
import { modelOf } from "../supervisor/world.ts";

let places: Places;
beforeEach(() => {
  places = placesIn(mkdtempSync(join(tmpdir(), "sup-known-")));
});
afterEach(() => rmSync(places.runtime, { recursive: true, force: true }));

const daemon = (epoch: string): KnownModel =>
  keepLastGood({ places, config: "/x/supervisor.config.ts", version: "1" }, new Troubles(), () => undefined, epoch);
const read = (epoch: string | null): Model | undefined =>
  readLastGood({ places, version: "1" }, { reference: () => modelOf([]) }, epoch)?.model;

test("a model that somebody has removed is there again when it may be all that is known", () => {
  const known = daemon("1");
  known.check();
  expect(existsSync(places.lastGood)).toBe(false);
  known.keep(modelOf([]), "a");
  rmSync(places.state, { recursive: true });
  known.check();
  expect(read("1")).toEqual(modelOf([]));
});

test("the model of a daemon is none of what another one's programs are", () => {
  daemon("1").keep(modelOf([]), "a");
  expect(read("1")).toEqual(modelOf([]));
  expect(read("2")).toBeUndefined();
  expect(read(null)).toEqual(modelOf([]));
});
