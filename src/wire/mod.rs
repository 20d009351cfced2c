//! Values to bytes and bytes to values, without I/O.
