/**
 * Measures all contenders in turns, so that a noisy minute hurts each of them alike. The order is turned by one in each
 * round: nobody always runs after the same neighbour.
 */
export async function interleave(contenders, rounds) {
  const names = Object.keys(contenders);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      samples[name].push(await contenders[name](round));
    }
  }
  return samples;
}
