import { readRegular } from "../files/read-regular.ts";
import { decodeUtf8 } from "../ini/decode-utf8.ts";
import type { FileAccess } from "../ini/include.ts";

/** Reads a file in Supervisor's format; what is wrong with its bytes is said in Supervisor's words. */
export function readIniFile(file: string): ReturnType<FileAccess["read"]> {
  let bytes: Buffer;
  try {
    bytes = readRegular(file);
  } catch (error) {
    return { ok: false, reason: (error as Error).message };
  }
  const decoded = decodeUtf8(bytes);
  if (decoded.ok) return decoded;
  const { message, line } = decoded;
  return { ok: false, reason: message, mistake: { message, place: { file, line, column: 1 } } };
}
