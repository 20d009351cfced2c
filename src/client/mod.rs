//! Performs what `exchange` decides.
