// How schemas for /openapi.json are written.

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 has them. */
export type Schema = Record<string, unknown>;

export const text = (description: string, more: Schema = {}): Schema => ({ type: "string", description, ...more });
export const integer = (description: string, more: Schema = {}): Schema => ({ type: "integer", description, ...more });
export const flag = (description: string): Schema => ({ type: "boolean", description });
/** An amount of money; the description goes on with the currency. */
export const usd = (description: string): Schema => ({
  type: "number",
  minimum: 0,
  description: `${description}, in US dollars.`,
});
export const list = (items: Schema, description = "", more: Schema = {}): Schema => ({
  type: "array",
  items,
  ...(description && { description }),
  ...more,
});
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const orNull = (schema: Schema): Schema => {
  const { type, enum: words, ...rest } = schema;
  return { ...rest, type: [type, "null"], ...(words !== undefined && { enum: [...(words as unknown[]), null] }) };
};
export const object = (properties: Record<string, Schema>, required: string[] = [], closed = false): Schema => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
  ...(closed && { additionalProperties: false }),
});
