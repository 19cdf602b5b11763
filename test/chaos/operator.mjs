// An operator who asks for the state again and again, in a process of its own: whoever shares one with an attacker waits for
// the attacker. Started by target.ts: `go` begins, `enough` ends a stretch and is answered with the milliseconds of each call.
import { request } from "node:http";

const socketPath = process.argv[2];
const BODY =
  "<?xml version='1.0'?>\n<methodCall>\n<methodName>supervisor.getState</methodName>\n<params>\n</params>\n</methodCall>\n";
const headers = { "Content-Type": "text/xml", "Content-Length": BODY.length };

/** A call on a connection of its own, in milliseconds. */
function call() {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const asked = request({ socketPath, method: "POST", path: "/RPC2", headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => (body += text));
      response.once("end", () => {
        const isState = response.statusCode === 200 && body.includes("RUNNING");
        if (isState) resolve(performance.now() - began);
        else reject(new Error(`${response.statusCode} ${body}`));
      });
    });
    asked.once("error", reject);
    asked.end(BODY);
  });
}

const state = { asking: false, times: [] };

async function keepAsking() {
  while (state.asking) {
    state.times.push(await call());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  process.send({ times: state.times });
}

process.on("message", (word) => {
  state.asking = word === "go";
  if (!state.asking) return;
  state.times = [];
  void keepAsking();
});
process.on("disconnect", () => process.exit());

// The first calls are slower than all others, for reasons of our own.
for (let count = 0; count < 30; count++) await call();
process.send("ready");
