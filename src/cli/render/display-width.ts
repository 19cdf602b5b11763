// A bundle of its own, read when it is needed: hardly any name holds more than ASCII.
export { default as displayWidth } from "string-width";
