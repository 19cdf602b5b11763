import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { answerFailure, evaluateConfig } from "../config/evaluate/evaluate-config.ts";
import type { EvaluationRequest } from "../config/evaluate/evaluation.ts";

// The evaluator program: a request on stdin, the answer on fd 3. stdout and stderr belong to the config.
const request = JSON.parse(readFileSync(0, "utf8")) as EvaluationRequest;
// Beside this program, so that `import "sup"` works where nothing is installed.
const library = join(dirname(process.argv[1] ?? "."), "index");
evaluateConfig(request, library).catch((error: unknown) => {
  answerFailure(error, request.file);
  process.exitCode = 1;
});
