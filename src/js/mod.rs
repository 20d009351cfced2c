//! The JavaScript face: converts, calls the core, converts back.
