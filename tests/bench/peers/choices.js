// What the peers' schemas allow: the values of one model, without its rules between fields, which they have no words for.

export const SIZES = ["auto", "1024x1024", "1536x1024", "1024x1536"];
export const QUALITIES = ["auto", "low", "medium", "high"];
export const FORMATS = ["png", "jpeg", "webp"];
export const BACKGROUNDS = ["auto", "opaque", "transparent"];
