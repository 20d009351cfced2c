// The version of the package and of everything around it; a test holds it to Cargo.toml.

export const VERSION = "0.1.0";
