import assert from "node:assert/strict";
import test from "node:test";
import { Feed } from "../../static/live/feed.js";
import { fromBoard } from "../../static/live/state.js";

const event = (seq, prev, id) => ({ kind: "incident.created", seq, prev, data: { incident: { id, version: 1, status: "open", assignments: [] } } });
const board = () => fromBoard({ seq: 10, epoch: "e", incidents: [], units: [] });

function feedWith(pages) {
  const feed = new Feed({ region: "35.77", livePort: 1, liveSameOrigin: false });
  feed.state = board();
  globalThis.fetch = async () => new Response(JSON.stringify(pages.shift()), { status: 200 });
  return feed;
}

test("a gap is filled over HTTP and what the socket sent meanwhile is applied after it", async () => {
  const feed = feedWith([{ events: [event(11, 10, "a"), event(12, 11, "b")], next: 12, more: false, epoch: "e" }]);
  feed.take(event(12, 11, "b"), true); // 11 was never seen: a gap
  const filled = feed.catching;
  feed.take(event(13, 12, "c"), true);
  feed.take({ kind: "heartbeat", head: 13 }, true);
  assert.equal(feed.state.incidents.size, 0);
  await filled;
  assert.deepEqual([...feed.state.incidents.keys()], ["a", "b", "c"]);
  assert.equal(feed.state.seq, 13);
});

test("several pages are fetched until there is no more", async () => {
  const feed = feedWith([
    { events: [event(11, 10, "a")], next: 11, more: true, epoch: "e" },
    { events: [], next: 40, more: false, epoch: "e" },
  ]);
  assert.equal(await feed.catchUp(), true);
  assert.equal(feed.state.seq, 40);
});

test("another epoch means the board again", async () => {
  const feed = feedWith([
    { events: [], next: 3, more: false, epoch: "other" },
    { seq: 3, epoch: "other", incidents: [{ id: "z", version: 1, status: "open" }], units: [] },
  ]);
  await feed.catchUp();
  assert.equal(feed.state.epoch, "other");
  assert.equal(feed.state.incidents.has("z"), true);
});

test("a server that is away is no reason to stop trying", async () => {
  const feed = feedWith([]);
  globalThis.fetch = async () => {
    throw new TypeError("network");
  };
  assert.equal(await feed.catchUp(), false);
  assert.notEqual(feed.mode, "denied");
});

test("a heartbeat does not hide a gap that could not be filled", async () => {
  const feed = feedWith([]);
  globalThis.fetch = async () => {
    throw new TypeError("network");
  };
  feed.take(event(12, 11, "b"), true);
  await feed.catching;
  globalThis.fetch = async () => new Response(JSON.stringify({ events: [event(11, 10, "a"), event(12, 11, "b")], next: 12, more: false, epoch: "e" }));
  feed.take({ kind: "heartbeat", head: 12 }, true);
  assert.equal(feed.state.seq, 10);
  await feed.catching;
  assert.deepEqual([...feed.state.incidents.keys()], ["a", "b"]);
});
