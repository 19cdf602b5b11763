/** Path and query of a request's address; `null` for one that is none. However many slashes it begins with, it names no host. */
export function parseAddress(url: string): URL | null {
  try {
    return new URL(url.replace(/^\/*/, "/"), "http://here");
  } catch {
    return null;
  }
}
