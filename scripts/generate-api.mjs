// The JSON API, written out of its schemas: the types and the table of arguments, and the OpenAPI document.

const DESCRIPTION = `Every daemon answers these calls on its control socket (a unix socket that only its owner can reach) and
on the servers of its config. Arguments that are not known are refused, so that a mistyped \`names\` never means everything.`;

/** @returns {object} the OpenAPI 3.1 document. */
export function openApi({ z, apiCalls, apiSchemas, apiError, version }) {
  const schemas = namedSchemas(z, { ...apiSchemas, ApiError: apiError });
  const inline = (schema) => resolveRefs(z.toJSONSchema(schema, { io: "output", reused: "inline" }), schemas);
  const json = (schema) => ({ "application/json": { schema } });
  const failure = (description) => ({ description, content: json(ref("ApiError")) });
  const failures = {
    400: failure("The body is not JSON, or not of the right shape."),
    401: { description: "The server asks for another name and password." },
    403: { description: "The request comes from a web page of somebody else." },
    409: failure("The daemon says no, such as for a name that it does not know."),
    413: failure("The body is larger than 1 MiB."),
    415: failure("The body is not declared as application/json."),
    500: failure("A mistake of ours."),
  };
  const paths = {};
  for (const [name, call] of Object.entries(apiCalls)) {
    const answer = { description: call.about, content: json(inline(call.result)) };
    const required = Object.values(call.arguments.shape).some((part) => part.def.type !== "optional");
    const post = {
      operationId: name,
      summary: call.about,
      requestBody: { required, content: json(inline(call.arguments)) },
      responses: { 200: answer, ...failures },
    };
    const get = {
      operationId: `${name}ByGet`,
      summary: call.about,
      responses: { 200: answer, 401: failures[401], 403: failures[403], 500: failures[500] },
    };
    paths[`/api/v1/${name}`] = call.safe ? { get, post } : { post };
  }
  const item = ref("StreamItem");
  const items = {
    "application/x-ndjson": { schema: { ...item, description: "One item a line." } },
    "text/event-stream": {
      schema: {
        type: "string",
        description: "One StreamItem each as `data:`, with an `id:` that `Last-Event-ID` takes.",
      },
    },
  };
  const streamed = {
    200: {
      description: "Items as they come. Server-sent events if the request accepts `text/event-stream`.",
      content: items,
    },
    400: failures[400],
    401: failures[401],
    403: failures[403],
  };
  const parameters = Object.entries(schemas.StreamQuery.properties)
    .filter(([name]) => name !== "since")
    .map(([name, schema]) => ({ name, in: "query", ...asParameter(schema) }));
  paths["/api/v1/stream"] = {
    get: {
      operationId: "streamByGet",
      summary: "Follows logs, states and plans.",
      parameters: [
        ...parameters,
        {
          name: "Last-Event-ID",
          in: "header",
          schema: { type: "string" },
          description:
            "The `id` of the last event that was heard: the stream goes on behind it. Browsers send it by themselves.",
        },
      ],
      responses: streamed,
    },
    post: {
      operationId: "stream",
      summary: "Follows logs, states and plans; with a cursor of any size.",
      requestBody: { required: true, content: json(ref("StreamQuery")) },
      responses: streamed,
    },
  };
  paths["/api/v1/openapi.json"] = {
    get: {
      operationId: "openapi",
      summary: "This document.",
      responses: { 200: { description: "OpenAPI 3.1.", content: json({ type: "object" }) }, 401: failures[401] },
    },
  };
  return {
    openapi: "3.1.0",
    info: { title: "sup", version, description: DESCRIPTION, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "http://localhost:9001", description: "An inetHttpServer of the config." }],
    security: [{ basic: [] }, {}],
    paths,
    components: { schemas, securitySchemes: { basic: { type: "http", scheme: "basic" } } },
  };
}

/** @returns {string} src/protocol/api.ts */
export function apiTypes({ z, apiCalls, apiSchemas }) {
  const schemas = namedSchemas(z, apiSchemas);
  const typeOfSchema = (schema) => typeText(resolveRefs(z.toJSONSchema(schema, { reused: "inline" }), schemas));
  const calls = Object.entries(apiCalls).map(([name, call]) => {
    const args = Object.keys(call.arguments.shape).length === 0 ? "object" : typeOfSchema(call.arguments);
    const result = Object.keys(call.result.shape ?? { a: 1 }).length === 0 ? "object" : typeOfSchema(call.result);
    return `/** ${call.about} */\n${name}: { readonly arguments: ${args}; readonly result: ${result} };\n`;
  });
  const types = Object.entries(schemas).map(([id, schema]) => {
    const { description, ...rest } = schema;
    const comment = `/** ${description} */\n`;
    if (rest.type === "object") return `${comment}export interface ${id} ${typeText(rest)}\n`;
    return `${comment}export type ${id} = ${typeText(rest)};\n`;
  });
  return `// Written by scripts/generate.mjs from api-schema.ts. Do not edit: change the schemas and run it.

/**
 * The JSON side of the remote contract: what \`sup\` and the client of the package send to a daemon and hear back, over the same
 * servers as XML-RPC. Calls are \`POST /api/v1/<name>\` with one JSON object; live things are streams.
 */
export interface ApiCalls {
${calls.join("")}}

export type ApiName = keyof ApiCalls;

${types.join("\n")}`;
}

/** @returns {string} src/protocol/api-arguments.ts */
export function apiArguments({ apiCalls, apiSchemas }) {
  const kinds = Object.entries({ ...apiCalls, stream: { arguments: apiSchemas.StreamQuery } }).map(([name, call]) => {
    const members = Object.entries(call.arguments.shape).map(([key, part]) => {
      const optional = part.def.type === "optional";
      return `${key}: { kind: ${JSON.stringify(kindOf(optional ? part.def.innerType : part))}, required: ${!optional} }`;
    });
    return `${name}: { ${members.join(", ")} }`;
  });
  return `// Written by scripts/generate.mjs from api-schema.ts. Do not edit: change the schemas and run it.
import type { ApiName } from "./api.ts";

/** What an argument has to be: \`count\` is a whole number from 0, \`cursor\` a StreamCursor. */
export type ArgumentKind = "texts" | "text" | "flag" | "number" | "count" | "cursor";

/** The arguments of every call and of the stream. */
export const API_ARGUMENTS: Readonly<
  Record<ApiName | "stream", Readonly<Record<string, { readonly kind: ArgumentKind; readonly required: boolean }>>>
> = { ${kinds.join(",\n")} };
`;
}

const ref = (id) => ({ $ref: `#/components/schemas/${id}` });

/** The schemas that have names, each by itself, referring to one another. */
function namedSchemas(z, named) {
  const registry = z.registry();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { ...schema.meta(), id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    metadata: z.globalRegistry,
  });
  return Object.fromEntries(Object.keys(named).map((id) => [id, plain(schemas[id])]));
}

/** Without what belongs to a document of its own, and what is only there because numbers are doubles. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, part]) => !["$schema", "$id", "$defs", "id"].includes(key) && Math.abs(part) !== Number.MAX_SAFE_INTEGER,
  );
  // Answers may grow: only arguments are closed.
  return Object.fromEntries(entries.map(([key, part]) => [key, key === "enum" ? part : plain(part)]));
}

/** `#/$defs/X` of a schema that was made alone becomes a reference to the component. */
function resolveRefs(schema, schemas) {
  const text = JSON.stringify(schema).replaceAll("#/$defs/", "#/components/schemas/");
  const result = plain(JSON.parse(text));
  for (const [, id] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
    if (!(id in schemas)) throw new Error(`the schema ${id} is not among those with names`);
  }
  return result;
}

/** Lists are separated by commas, flags are 0 or 1, objects do not go into an address. */
function asParameter({ description, ...schema }) {
  if (schema.type === "array") return { description, schema, style: "form", explode: false };
  if (schema.type === "boolean") return { description, schema: { enum: ["0", "1"] } };
  return { description, schema };
}

function typeText(schema) {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const union = schema.anyOf ?? schema.oneOf;
  if (union !== undefined) {
    return union
      .map((one) => `${one.description ? `\n/** ${one.description} */\n| ` : "| "}${typeText(one)}`)
      .join(" ");
  }
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeText({ ...schema, type })).join(" | ");
  switch (schema.type) {
    case "array":
      return `readonly (${typeText(schema.items)})[]`;
    case "integer":
      return "number";
    case "object": {
      if (schema.properties === undefined) return `Readonly<Record<string, ${typeText(schema.additionalProperties)}>>`;
      const members = Object.entries(schema.properties).map(([key, part]) => {
        const optional = schema.required?.includes(key) !== true;
        const comment = part.description === undefined ? "" : `/** ${part.description} */\n`;
        return `${comment}readonly ${key}${optional ? "?" : ""}: ${typeText(part)}${optional ? " | undefined" : ""};\n`;
      });
      return `{\n${members.join("")}}`;
    }
    default:
      return schema.type;
  }
}

function kindOf(schema) {
  switch (schema.def.type) {
    case "array":
      return "texts";
    case "string":
      return "text";
    case "boolean":
      return "flag";
    case "number":
      return schema.def.format === "safeint" ? "count" : "number";
    case "object":
      return "cursor";
    default:
      throw new Error(`arguments of type ${schema.def.type} have no check in check-arguments.ts`);
  }
}
