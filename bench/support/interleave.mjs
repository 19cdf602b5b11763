/** What peers could not do since it was last asked. */
const failures = [];

/**
 * Measures all contenders in turns, so that a noisy minute hurts each of them alike. The order is turned by one in each
 * round: nobody always runs after the same neighbour. A peer that fails takes no further part; we must not.
 */
export async function interleave(contenders, rounds) {
  const names = Object.keys(contenders);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  const out = new Set();
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      if (out.has(name)) continue;
      try {
        samples[name].push(await contenders[name](round));
      } catch (error) {
        if (OURS.has(name)) throw error;
        out.add(name);
        notePeer(name, error);
      }
    }
  }
  return Object.fromEntries(Object.entries(samples).filter(([, all]) => all.length > 0));
}

export function notePeer(name, error) {
  failures.push(`${name} failed: ${String(error.message).split("\n")[0].slice(0, 120)}`);
}

export function takeFailures() {
  return failures.splice(0).join("; ");
}

const OURS = new Set(["sup", "supervisorctl"]);
