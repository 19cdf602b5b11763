// A program with a supervisor in it: three programs of its own, of which nothing is left when it ends. Run it with `node main.mjs`.
import { createSupervisor } from "sup/embed";

const node = JSON.stringify(process.execPath);

const supervisor = await createSupervisor(
  {
    programs: {
      store: { command: `${node} store.mjs`, health: { ready: { log: "store: ready" } } },
      server: {
        command: `${node} server.mjs`,
        dependsOn: { store: "ready" },
        health: { ready: { log: "listening on" } },
      },
      // It ends after a moment, and is started again.
      worker: { command: `${node} worker.mjs`, startsecs: 0, autorestart: true },
    },
  },
  { cwd: import.meta.dirname },
);

const events = (async () => {
  for await (const event of supervisor.events()) {
    if (event.type === "state") console.log(`${event.namespec}: ${event.from} -> ${event.to}`);
    if (event.type === "ready") console.log(`${event.namespec}: ready`);
  }
})();

try {
  await supervisor.ready("server");
  for await (const item of supervisor.logs({ names: "server", lines: 10 })) {
    if (item.type !== "line") continue;
    const port = /listening on (\d+)/.exec(item.text)?.[1];
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
    console.log(`the server says: ${await answer.text()}`);
    break;
  }
  await supervisor.stop("store");
  const { processes } = await supervisor.status();
  console.log(processes.map((one) => `${one.namespec} ${one.state}`).join(", "));
} finally {
  // It would end with this process, too. In TypeScript, and from Node 24 on, `await using supervisor = ...` says all of this.
  await supervisor.close();
}
await events;
console.log("done");
