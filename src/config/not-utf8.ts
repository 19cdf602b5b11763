import { readRegular } from "../files/read-regular.ts";
import { decodeUtf8 } from "../ini/decode-utf8.ts";
import type { Problem } from "../model/problem.ts";

/** One problem for each of these files that is not UTF-8, with the place of its first odd byte. What cannot be read is left out. */
export function notUtf8(files: readonly string[]): Problem[] {
  return files.flatMap((file) => {
    const decoded = decodedFile(file);
    if (decoded === null || decoded.ok) return [];
    const { line, column } = decoded;
    return [
      {
        message: `this is not UTF-8: ${decoded.message}`,
        hint: "save the file as UTF-8",
        place: { file, line, column },
      },
    ];
  });
}

function decodedFile(file: string): ReturnType<typeof decodeUtf8> | null {
  try {
    return decodeUtf8(readRegular(file));
  } catch {
    return null;
  }
}
