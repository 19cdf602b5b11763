/**
 * How many bytes at the end are the beginning of a UTF-8 character whose rest has not come yet. Chunks of output end where a
 * read happened to end; whoever passes them on as text keeps these bytes back for the next chunk.
 */
export function unfinishedUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    const continues = (byte & 0xc0) === 0x80;
    if (!continues) return lengthAfter(byte) > back ? back : 0;
  }
  return 0;
}

/** Length of the character that a byte begins; 1 for what cannot begin a longer one. */
function lengthAfter(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
}
