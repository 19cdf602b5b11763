import { Agent, request } from "node:http";

/** One kept-alive connection to an XML-RPC server on a Unix socket. */
export class RpcConnection {
  constructor(socket) {
    this.socket = socket;
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
  }

  /** The answer as it came: reading XML is the same work for every contender, and not theirs. */
  call(method, parameters = []) {
    const values = parameters.map((text) => `<param><value><string>${text}</string></value></param>`).join("");
    const body = `<?xml version='1.0'?><methodCall><methodName>${method}</methodName><params>${values}</params></methodCall>`;
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          socketPath: this.socket,
          path: "/RPC2",
          method: "POST",
          agent: this.agent,
          headers: { "Content-Type": "text/xml", "Content-Length": Buffer.byteLength(body) },
        },
        (answer) => {
          const chunks = [];
          answer.on("data", (chunk) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            if (answer.statusCode === 200 && !text.includes("<fault>")) resolve(text);
            else reject(new Error(`${method}: ${answer.statusCode} ${text.slice(0, 300)}`));
          });
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });
  }

  close() {
    this.agent.destroy();
  }
}
