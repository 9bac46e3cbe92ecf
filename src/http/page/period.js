// The part of time that a view asks for. A range such as `1h` ends now, whenever that is: it becomes instants with each request.

import { worldNow } from "./admin.js";

const SECONDS = { m: 60, h: 60 * 60, d: 24 * 60 * 60, w: 7 * 24 * 60 * 60 };
/** A clock that moves further than this between two looks was moved by somebody. */
const JUMP = 60_000;

/** The milliseconds of a range such as `1h`. */
function rangeLength(range) {
  return Number(range.slice(0, -1)) * SECONDS[range.at(-1)] * 1000;
}

/** `{startTime, endTime}` of a state, as the API takes them; empty where there is no bound. */
export function periodOf({ startTime, endTime, range }) {
  if (!/^\d/.test(range)) return { startTime, endTime };
  const start = new Date(worldNow() - rangeLength(range));
  return { startTime: start.toISOString().replace(/\.\d{3}Z$/, "Z"), endTime: "" };
}

/** Whether the clock of the world was moved between two answers of `/__admin/changes`, and with it where ranges begin. */
export function hasJumped(now, before) {
  return Math.abs(Date.parse(now.now) - Date.parse(before.now)) > JUMP;
}
