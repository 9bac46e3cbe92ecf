// Instants as people read them: in local time, in UTC as the API has them, or as a distance from now.

import { preference } from "./preferences.js";

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const SHORT = both({ month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const MOMENT = both({ month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" });
const DAY = both({ month: "short", day: "numeric" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** Date and time, in the zone and words of the reader. */
export function local(date) {
  return FULL.format(date);
}

/** Date and time without year and seconds. */
export function short(date) {
  return inZone(SHORT).format(date);
}

/** Date and time without the year. */
export function momentOf(date) {
  return inZone(MOMENT).format(date);
}

/** The day without its year. */
export function day(date) {
  return inZone(DAY).format(date);
}

/** A local format and the same format in UTC, as the reader wants it. */
function inZone({ local, utc }) {
  return preference("times") === "utc" ? utc : local;
}

/** The time of day to the millisecond. */
export function clockTime(date) {
  return CLOCK.format(date);
}

/** RFC 3339 in UTC to the second, as the API takes it. */
export function utc(date) {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** What a date-time of the API says, which is in UTC where it names no offset; null when it is none. */
export function instant(text) {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/i.test(text)) return null;
  const whole = text.replace(" ", "T");
  const date = new Date(/(z|[+-]\d\d:?\d\d)$/i.test(whole) ? whole : `${whole}Z`);
  return Number.isNaN(date.getTime()) ? null : date;
}

const UTC = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** As the reader wants times to be written, without year and seconds where there is little room; `now` is that of the world. */
export function shown(date, now, isNarrow) {
  const times = preference("times");
  if (isNarrow && times !== "relative") return short(date);
  if (times === "utc") return UTC.format(date);
  return times === "relative" ? relative(date, now) : local(date);
}

/** Such as "3 hours ago". */
export function relative(date, now) {
  const seconds = Math.round((date - now) / 1000);
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return RELATIVE.format(Math.trunc(seconds / length), unit);
}

/** The zone in which times are typed and read, such as Europe/Berlin (GMT+1); `date` decides on summer time. */
export function zone(date) {
  if (preference("times") === "utc") return "UTC";
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset" }).formatToParts(date);
  const offset = parts.find(({ type }) => type === "timeZoneName")?.value;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === offset || !offset ? timeZone : `${timeZone} (${offset})`;
}

/** What an input of the type datetime-local holds; null when it is no date. */
export function fromInput(text) {
  const date = new Date(preference("times") === "utc" ? `${text}Z` : text);
  return text === "" || Number.isNaN(date.getTime()) ? null : date;
}

/** For an input of the type datetime-local. */
export function forInput(date) {
  if (preference("times") === "utc") return date.toISOString().slice(0, 19);
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function both(options) {
  const format = (more) => new Intl.DateTimeFormat(undefined, { ...options, ...more });
  return { local: format({}), utc: format({ timeZone: "UTC" }) };
}
