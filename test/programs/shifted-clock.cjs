// Preloaded into Node: the wall clock is off by as many milliseconds as the file named in SUP_TEST_SHIFT says, at any moment.
const fs = require("node:fs");
const RealDate = Date;
const shift = () => {
  try {
    return Number(fs.readFileSync(process.env.SUP_TEST_SHIFT, "utf8")) || 0;
  } catch {
    return 0;
  }
};
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift());
    else super(...given);
  }
  static now() {
    return RealDate.now() + shift();
  }
};
