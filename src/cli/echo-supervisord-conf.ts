import { readFileSync } from "node:fs";
import { join } from "node:path";

// The sample is a file of its own, so that it can be read, packaged and tested as what it is.
process.stdout.write(readFileSync(join(__dirname, "../templates/supervisord.conf"), "utf8"));
