import { expect, test } from "vitest";
import { RowQueue, type TextRow } from "../../src/warehouse/postgres/row-queue.ts";

const LONG: TextRow = ["x".repeat(1_000_000), null];

/** The event loop goes round. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

function newQueue() {
  const wire = { isPaused: false };
  const queue = new RowQueue({
    pause: () => void (wire.isPaused = true),
    resume: () => void (wire.isPaused = false),
  });
  return { queue, wire };
}

test("a few long texts pause the wire until they are read", async () => {
  const { queue, wire } = newQueue();
  for (let i = 0; i < 3; i++) {
    queue.push(LONG);
    await turn();
    expect(wire.isPaused).toBe(false);
  }
  queue.push(LONG);
  await turn();
  expect(wire.isPaused).toBe(true);
  expect(await queue.take()).toHaveLength(4);
  expect(wire.isPaused).toBe(false);
});

test("many short rows pause it too", async () => {
  const { queue, wire } = newQueue();
  for (let i = 0; i < 4_000; i++) queue.push(["1"]);
  await turn();
  expect(wire.isPaused).toBe(true);
  for (let i = 0; i < 4; i++) expect(await queue.take()).toHaveLength(1_000);
  expect(wire.isPaused).toBe(false);
});

test("rows that are taken as soon as they come pause it until others had their turn", async () => {
  const { queue, wire } = newQueue();
  for (let i = 0; i < 2; i++) {
    for (let n = 0; n < 1_000; n++) queue.push(["1"]);
    expect(await queue.take()).toHaveLength(1_000);
  }
  expect(wire.isPaused).toBe(true);
  await turn();
  expect(wire.isPaused).toBe(false);
});

test("a pause does not outlast the last row", async () => {
  const { queue, wire } = newQueue();
  for (let i = 0; i < 4_000; i++) queue.push(["1"]);
  queue.end(null);
  await turn();
  expect(wire.isPaused).toBe(false);
});

test("what is forgotten counts no more", () => {
  const { queue, wire } = newQueue();
  for (let i = 0; i < 4; i++) queue.push(LONG);
  queue.end(new Error("left"));
  expect(wire.isPaused).toBe(false);
});
