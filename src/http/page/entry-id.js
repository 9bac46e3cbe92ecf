// An entry in an address. The API gives entries no identifier, so it is the instant and a checksum of the rest: with the instant an
// entry can be asked for, and the checksum tells it from others of that instant.

/** The identifier of an entry, such as `2025-05-20T11:58:32Z.k3v9x1`. */
export function idOf(entry) {
  return `${entry.timestamp}.${checksum(JSON.stringify(entry))}`;
}

/** The timestamp in an identifier. */
export function timestampOf(id) {
  return id.slice(0, id.lastIndexOf("."));
}

/** FNV-1a. */
function checksum(text) {
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193);
  return (sum >>> 0).toString(36);
}
