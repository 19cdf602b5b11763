import { lives } from "../support/lives.mjs";

export default {
  number: 3,
  title: "TERM -> every program has ended and so has the manager",
  async run(place, { full }) {
    const results = [];
    for (const count of [100, 1000]) {
      const { stopped } = await lives(place, count, full);
      const goals = [
        { of: "supervisord", atMost: 1 / 20 },
        { of: "bare loop", atMost: 2 },
      ];
      results.push({ name: `shutdown of ${count}`, unit: "ms", samples: stopped, goals });
    }
    return results;
  },
};
