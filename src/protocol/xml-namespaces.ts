import { XmlElement } from "@rgrove/parse-xml";
import { Malformed } from "./xml-rpc-scalar.ts";

type Scope = Readonly<Record<string, string>>;

const XML = "http://www.w3.org/XML/1998/namespace";

/**
 * Gives each element that is in a namespace its full name, `{uri}name`, as the parser behind Supervisor does: it is then none of
 * XML-RPC's, whatever it is called.
 *
 * @throws Error for a name whose prefix nobody declared.
 */
export function resolveNamespaces(element: XmlElement, outer: Scope = { xml: XML }): void {
  const scope = declaredIn(element, outer);
  for (const name of Object.keys(element.attributes)) if (!isDeclaration(name)) fullName(name, scope);
  element.name = fullName(element.name, scope, scope[""]);
  for (const child of element.children) if (child instanceof XmlElement) resolveNamespaces(child, scope);
}

function isDeclaration(name: string): boolean {
  return name === "xmlns" || name.startsWith("xmlns:");
}

function declaredIn({ attributes }: XmlElement, outer: Scope): Scope {
  const declared = Object.entries(attributes).filter(([name]) => isDeclaration(name));
  if (declared.length === 0) return outer;
  const scope: Record<string, string> = Object.assign(Object.create(null), outer);
  for (const [name, uri] of declared) {
    const prefix = name.slice("xmlns:".length);
    // Only the namespace without a prefix can be taken back.
    if ((prefix === "" ? name !== "xmlns" : uri === "") || prefix === "xmlns" || (prefix === "xml") !== (uri === XML)) {
      throw new Malformed(`the prefix ${prefix} may not be declared so`);
    }
    scope[prefix] = uri;
  }
  return scope;
}

function fullName(name: string, scope: Scope, uriOfBare = ""): string {
  const [prefix = "", local, ...more] = name.split(":");
  if (local === undefined) return uriOfBare === "" ? name : `{${uriOfBare}}${name}`;
  const uri = scope[prefix];
  if (prefix === "" || local === "" || more.length > 0 || uri === undefined) throw new Malformed(`unbound: ${name}`);
  return `{${uri}}${local}`;
}
