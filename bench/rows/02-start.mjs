import { lives } from "../support/lives.mjs";

export default {
  number: 2,
  title: "supervisord -n -> every program has run main()",
  async run(place, { full }) {
    const results = [];
    for (const count of [100, 1000]) {
      const { started } = await lives(place, count, full);
      // Node has to start once as well before anything of ours can run.
      const { "bare loop": bare = [], "node -e 0": node = [], ...samples } = started;
      const floor = bare.slice(0, node.length).map((value, index) => value + node[index]);
      const goals = [
        { of: "supervisord", atMost: 0.5 },
        { of: "bare loop + node -e 0", atMost: 2 },
      ];
      results.push({
        name: `start of ${count}`,
        unit: "ms",
        samples: floor.length === 0 ? samples : { ...samples, "bare loop + node -e 0": floor },
        goals,
      });
    }
    return results;
  },
};
