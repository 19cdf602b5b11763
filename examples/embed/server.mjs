import { createServer } from "node:http";

const server = createServer((request, response) => response.end("hello"));
server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
