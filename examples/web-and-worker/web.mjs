import { createServer } from "node:http";

const server = createServer((_, response) => response.end(`${process.env.GREETING}\n`));
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
process.on("SIGTERM", () => server.close());
