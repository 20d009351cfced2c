//! The pictures of the offline upstream.
