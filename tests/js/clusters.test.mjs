import assert from "node:assert/strict";
import test from "node:test";
import { CELL, TRAIL_MS, Trails, clustered } from "../../static/board/clusters.js";

const point = (id, x, y, rank = 4) => ({ id, x, y, rank });

test("what lies close is one number with the most urgent shape; what is apart stays alone", () => {
  const { singles, clusters } = clustered([point("a", 1, 1), point("b", 3, 5, 1), point("c", CELL * 4, 2)]);
  assert.deepEqual(singles.map((one) => one.id), ["c"]);
  assert.equal(clusters.length, 1);
  assert.deepEqual([clusters[0].count, clusters[0].rank, clusters[0].x, clusters[0].ids], [2, 1, 2, ["a", "b"]]);
});

test("the selected one always stands alone", () => {
  const { singles, clusters } = clustered([point("a", 1, 1), point("b", 2, 2), point("c", 3, 3)], { apart: "b" });
  assert.deepEqual(singles.map((one) => one.id), ["b"]);
  assert.equal(clusters[0].count, 2);
});

test("nobody is lost or counted twice among ten thousand, and it is done within a frame's time several times over", () => {
  const points = Array.from({ length: 10_000 }, (_, n) => point(String(n), (n * 7919) % 3000, (n * 104_729) % 2000, 1 + (n % 4)));
  const { singles, clusters } = clustered(points);
  const ids = [...singles.map((one) => one.id), ...clusters.flatMap((one) => one.ids)];
  assert.equal(ids.length, 10_000);
  assert.equal(new Set(ids).size, 10_000);
  assert.ok(singles.length + clusters.length <= Math.ceil(3000 / CELL) * Math.ceil(2000 / CELL));
});

test("a trail is what was heard in the last five minutes, in order, and no standing still", () => {
  const trails = new Trails();
  trails.take("u", 1, 1, 1000);
  trails.take("u", 1, 1, 2000);
  trails.take("u", 2, 2, 3000);
  trails.take("u", 9, 9, 2500);
  assert.deepEqual(trails.of("u", 4000).map((one) => one.lat), [1, 2]);
  assert.deepEqual(trails.of("u", 3000 + TRAIL_MS).map((one) => one.lat), [2]);
  assert.deepEqual(trails.of("u", 3001 + TRAIL_MS), []);
  for (let n = 0; n < 500; n += 1) trails.take("v", n, n, n);
  assert.ok(trails.of("v", 500).length <= 40);
});
