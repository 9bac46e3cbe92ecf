// Instants as people read them: local time on the page, UTC beside it for whoever compares with the API.

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const SHORT = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** Date and time, in the zone and words of the reader. */
export function local(date) {
  return FULL.format(date);
}

/** The same without year and seconds. */
export function short(date) {
  return SHORT.format(date);
}

/** The day without its year. */
export function day(date) {
  return DAY.format(date);
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

/** For an input of the type datetime-local. */
export function forInput(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
