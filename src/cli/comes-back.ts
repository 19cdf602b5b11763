import { isNotRunning, type ApiClient } from "./api-client.ts";
import { isAlive } from "./until-gone.ts";

/** After the end of a connection: true once the daemon answers again, false when its keeper (by pid) has gone too. */
export async function comesBack(client: ApiClient, keeper: number): Promise<boolean> {
  while (isAlive(keeper)) {
    try {
      await client.call("status", {});
      return true;
    } catch (error) {
      if (!isNotRunning(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return false;
}
